// SPDX-License-Identifier: Apache-2.0
//
// A gateway's end of the link: finds the controller that leads, hears the configuration, the fleet
// and its leases from it, and reports what its Router counts. When the controller is gone the last
// view stays in force and the gateway goes on by it, for as long as it takes; the leases it holds
// are nobody else's.
//
// The controller's name may stand for many addresses (a headless Service): each is tried, in an
// order drawn anew each time, and one that does not lead says who does.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/prng.h"
#include "base/result.h"
#include "base/time.h"
#include "core/model/digest.h"
#include "core/model/fleet_view.h"
#include "core/scale/leased_view.h"
#include "core/scale/slot_leases.h"
#include "http/grpc_client.h"
#include "link/report_codec.h"
#include "link/view_codec.h"
#include "net/asio.h"
#include "net/clock.h"
#include "net/tls.h"

namespace signalbox::link {

struct LinkClientOptions {
  core::Address control;
  std::shared_ptr<const net::TlsClient> tls = {};  // null = in clear
  std::string server_name = {};                    // in its certificate; empty = control's host
  std::string name;                                // for people; its Pod's, for example
  RouterId router;                                 // of this process; drawn at random
  bool observer = false;                           // to know the fleet, without leases
  Duration report = 1s;                            // between reports
  Duration report_pause = 20ms;                    // between those that say that requests wait
  Duration silence = 10s;                          // then the controller counts as gone
  Duration least_backoff = 50ms;  // between rounds over all addresses; doubles up to
  Duration most_backoff = 2s;
  std::function<TimePoint()> now = net::now;
};

class LinkClient {
 public:
  // All of it is called on the loop's thread.
  struct Ports {
    // A configuration that came over the link: as a value, or what is wrong with it. A view that
    // goes by it follows at once.
    std::function<Result<std::shared_ptr<const core::FleetSpec>>(const std::string& text)> parse;
    std::function<void(std::shared_ptr<const core::FleetView>)> publish;
    std::function<core::RouterDigest()> digest;
    std::function<void(const std::string&)> tell = {};  // what an operator should read in the log
  };

  LinkClient(asio::io_context& io, LinkClientOptions options, Ports ports);
  ~LinkClient();
  LinkClient(const LinkClient&) = delete;
  LinkClient& operator=(const LinkClient&) = delete;

  void start();
  // Leaves. `drained`: nothing is in flight, so all leases are given back at once; `done` is called
  // when that was said, or cannot be.
  void stop(bool drained, std::function<void()> done);

  // The Router has begun to hold requests: reported soon, to be lent slots that others leave idle.
  void begins_to_hold();

  bool connected() const { return call_ != nullptr && heard_here_; }
  // How long ago the fleet was heard of; nothing = never.
  std::optional<Duration> view_age() const;
  // The controller that was heard last ("host:port"); empty = none.
  const std::string& controller() const { return controller_; }

 private:
  void resolve();
  void try_next();
  void on_message(std::string_view bytes);
  void on_end(const wire::GrpcStatus& status);
  void hear(const v1::ToGateway& message);
  bool hear_spec(const v1::Spec& spec);
  bool hear_view(const v1::View& view);
  bool hear_leases(const v1::Leases& leases);
  void ask_for_whole(const std::string& why);
  void publish();
  v1::Report report();
  void send_report();
  void await_report();
  void lose(const std::string& why);
  void retry_later();
  void drop_call();
  void tell(const std::string& what) const {
    if (ports_.tell) ports_.tell(what);
  }

  asio::io_context& io_;
  const LinkClientOptions options_;
  Ports ports_;
  Prng prng_;

  // What was heard. It outlives the call it came by.
  std::shared_ptr<const core::FleetSpec> spec_;
  std::uint64_t spec_version_ = 0;
  std::shared_ptr<const core::FleetView> fleet_;
  core::LeaseTable leases_;
  core::LeasedView leased_;
  std::optional<TimePoint> heard_view_;
  std::string controller_;

  // The present call.
  std::shared_ptr<http::GrpcClientCall> call_;
  core::Address calling_;
  ViewDecoder views_;
  ReportEncoder reports_;
  bool heard_here_ = false;  // the fleet, on this call
  bool asked_for_whole_ = false;
  TimePoint heard_{};     // anything
  TimePoint reported_{};  // last

  asio::ip::tcp::resolver resolver_;
  std::vector<core::Address> addresses_;  // still to be tried in this round
  std::optional<core::Address> leader_;   // that one of them named
  bool followed_hint_ = false;            // in this round
  std::string last_failure_;
  Duration backoff_;
  bool told_of_loss_ = false;
  bool stopped_ = false;
  bool report_pending_ = false;
  asio::steady_timer beat_;
  asio::steady_timer soon_;
  asio::steady_timer retry_;
  std::shared_ptr<LinkClient*> self_;  // calls and timers hold it weakly
};

}  // namespace signalbox::link
