// SPDX-License-Identifier: Apache-2.0
//
// Asks the host of each endpoint whether it will be taken back, at the path where EC2's instance
// metadata says so; what serves it there for others than the machine itself is the operator's (a
// proxy on the node, or AWS' mock of it). 404 is the good answer: nothing is announced.
#pragma once

#include <map>
#include <set>
#include <string>

#include "adapters/endpoint_pages.h"

namespace signalbox::adapters {

class SpotNotices final : public ViewedSource {
 public:
  // Empty `path` = EC2's; port 0 = the endpoint's own.
  SpotNotices(asio::io_context& io, SourceOptions options, const std::string& path,
              std::uint16_t port);

  void start(control::SignalSink& sink) override;
  void stop() override;
  void on_view(const std::shared_ptr<const core::FleetView>& view) override;
  void on_links(const std::map<std::string, ProbeLink>& links) override { pages_.on_links(links); }

 private:
  std::optional<Refusal> read(EndpointId id, const PageAnswer& answer);

  const SourceOptions options_;
  control::SignalSink* sink_ = nullptr;  // set while started
  std::set<EndpointId> noticed_;
  EndpointPages pages_;
};

}  // namespace signalbox::adapters
