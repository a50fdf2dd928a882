// SPDX-License-Identifier: Apache-2.0
//
// The sources of a configuration, made and kept: who is asked for signals beside our own probes.
// A reload leaves alone those that stay as they are, so that their counters and pauses go on.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "adapters/viewed_source.h"
#include "base/result.h"
#include "config/config.h"
#include "http/message.h"
#include "net/asio.h"
#include "net/tls.h"

namespace signalbox::apps {

// A source that can be made: what it needs of files is read.
struct SourcePlan {
  config::SourceSection section;
  std::shared_ptr<const net::TlsClient> tls;  // null = in clear
  std::vector<http::Header> headers;          // credentials
};

// Reads the files anew at each call. Errors name the key of the configuration and the file.
Result<std::vector<SourcePlan>> source_plans(const std::vector<config::SourceSection>& sections);

// "source vllm: pages of vllm at llama-l4, every 5s", for people.
std::string describe_source(const config::SourceSection& section);

// Lives on control's loop.
class SignalSources {
 public:
  SignalSources(asio::io_context& io, std::uint64_t seed,
                std::function<void(const std::string&)> tell);
  ~SignalSources();

  // From now on these are the sources, started if the others were.
  void adopt(std::vector<SourcePlan> plans);
  // See adapters::ViewedSource; kept for sources that come later.
  void on_view(const std::shared_ptr<const core::FleetView>& view);
  void on_links(std::map<std::string, adapters::ProbeLink> links);

  void start(control::SignalSink& sink);
  void stop();

 private:
  struct Running {
    SourcePlan plan;
    std::unique_ptr<adapters::ViewedSource> source;
  };

  std::unique_ptr<adapters::ViewedSource> make(const SourcePlan& plan);

  asio::io_context& io_;
  const std::uint64_t seed_;
  const std::function<void(const std::string&)> tell_;
  control::SignalSink* sink_ = nullptr;  // set while started
  std::shared_ptr<const core::FleetView> view_;
  std::map<std::string, adapters::ProbeLink> links_;
  std::vector<Running> running_;
};

}  // namespace signalbox::apps
