// SPDX-License-Identifier: Apache-2.0
//
// A page that each endpoint of some units serves, asked for again and again. Each endpoint is asked
// for itself, so one that hangs delays none; what its page says is for the owner to read.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "adapters/http_prober.h"
#include "adapters/page_call.h"
#include "adapters/poll.h"
#include "adapters/viewed_source.h"

namespace signalbox::adapters {

class EndpointPages {
 public:
  struct Where {
    std::string path;
    std::uint16_t port = 0;  // 0 = the endpoint's own
    std::string accept = "*/*";
    bool may_be_missing = false;  // see Page
  };

  struct Reader {
    // Takes in a page; what is wrong with it, or nothing.
    std::function<std::optional<Refusal>(EndpointId, UnitId, const PageAnswer&)> read;
    // The endpoint does not answer, or is none of ours any more.
    std::function<void(EndpointId)> lost;
  };

  // Of `options.units`; empty = of all. `options` outlive this.
  EndpointPages(asio::io_context& io, const SourceOptions& options, Where where, Reader reader);
  ~EndpointPages();

  void start();
  // Nobody is called after this.
  void stop();
  void on_view(const std::shared_ptr<const core::FleetView>& view);
  // How endpoints are spoken to from now on, by the name of the unit; see HttpProber. On a port of
  // its own a page is somebody else's: it is asked for in clear, and shown no credential.
  void on_links(std::map<std::string, ProbeLink> links) { links_ = std::move(links); }

  std::size_t watched() const { return targets_.size(); }
  // Null before the first.
  const core::FleetView* view() const { return view_.get(); }

 private:
  struct Target {
    UnitId unit;
    core::Address address;  // of the page
    bool is_own_port;       // the endpoint serves it itself
    std::uint64_t serial;   // tells it from one of the same endpoint before or after
    Trouble trouble;
    std::unique_ptr<Poll> poll;
  };

  bool asks(const core::EndpointView& endpoint) const;
  std::unique_ptr<Target> watch(const core::EndpointView& endpoint);
  void ask(EndpointId id);
  void on_answer(EndpointId id, const Result<PageAnswer, Refusal>& answer);

  asio::io_context& io_;
  const SourceOptions& options_;
  const Where where_;
  const Reader reader_;
  http::Client client_;
  bool running_ = false;
  std::uint64_t last_serial_ = 0;
  std::shared_ptr<const core::FleetView> view_;
  std::map<std::string, ProbeLink> links_;
  std::map<EndpointId, std::unique_ptr<Target>> targets_;
};

}  // namespace signalbox::adapters
