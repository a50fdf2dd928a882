// SPDX-License-Identifier: Apache-2.0
//
// The controller's end of the link: tells every gateway the configuration, the fleet and its
// leases, and adds up what they report. Only the one that leads answers; the others name it and
// refuse, so a gateway that tries every address finds it. Everything is told in order on one stream
// per gateway: first the whole, then changes; one that falls behind is told the whole again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "core/model/digest.h"
#include "core/model/fleet_view.h"
#include "core/scale/leased_view.h"
#include "core/scale/merged_digest.h"
#include "core/scale/slot_leases.h"
#include "http/grpc_server.h"
#include "link/view_codec.h"
#include "net/asio.h"
#include "net/clock.h"
#include "net/tls.h"

namespace signalbox::link {

inline constexpr const char* kFollowMethod = "/signalbox.link.v1.Fleet/Follow";

class Member;

struct LinkServerOptions {
  std::shared_ptr<const net::TlsServer> tls = {};  // null = in clear
  core::LeaseOptions leases = {};
  Duration silence = 10s;                             // then a gateway's connection is cut
  std::function<void(const std::string&)> tell = {};  // what an operator should read in the log
  std::function<TimePoint()> now = net::now;
};

// A Router of the same process, which shares the fleet with those of the gateways.
struct LocalRouter {
  std::function<void(std::shared_ptr<const core::FleetView>)> publish;
  std::function<core::RouterDigest()> digest;
};

// Lives on one event loop, as its control loop does.
class LinkServer {
 public:
  LinkServer(asio::io_context& io, LinkServerOptions options);
  ~LinkServer();
  LinkServer(const LinkServer&) = delete;
  LinkServer& operator=(const LinkServer&) = delete;

  Result<core::Address> listen(const core::Address& address) { return server_.listen(address); }
  // Takes no further calls, ends those there are.
  void close();

  // From here on this one leads, with a lease book that knows nothing yet. It follows until told.
  void lead();
  // Another one does ("host:port", empty = not known); every gateway is sent there.
  void follow(std::string leader);
  bool leading() const { return book_.has_value(); }

  // The configuration of the views published from here on.
  void set_spec(std::string text);
  // REQUIRES: set_spec() was called.
  void publish(std::shared_ptr<const core::FleetView> view);

  // What all Routers counted, for the Controller.
  core::RouterDigest digest();

  // REQUIRES: before the first view; once.
  void attach(RouterId id, LocalRouter router);
  // The local Router has begun to hold requests.
  void local_holds();

  // The gateway's process is surely gone, its Pod for example: its leases are free at once. Of
  // those of this name, all that are not connected.
  void forget(const std::string& name);

  struct Status {
    std::size_t gateways = 0;   // connected, that may send requests
    std::size_t observers = 0;  // connected
    core::LeaseBook::Idle idle;
  };
  Status status() const;

 private:
  friend class Member;

  void greet(Member& member, const v1::Hello& hello);
  void take(Member& member, const v1::Report& report);
  void retire(Member& member, bool in_order);
  void tell_whole(Member& member);
  void count(RouterId id, const core::RouterDigest& digest, std::uint64_t spec);
  // By the ids of the present configuration; of one that is not known, only what names none.
  core::RouterDigest present(const core::RouterDigest& digest, std::uint64_t spec) const;
  void refuse(Member& member) const;
  void divide_when_due();
  void tell_leases(const std::vector<RouterId>& changed);
  void publish_here();
  void watch();
  Member* connected(RouterId id) const;
  std::vector<Member*> members() const;
  void tell(const std::string& what) const {
    if (options_.tell) options_.tell(what);
  }

  asio::io_context& io_;
  LinkServerOptions options_;
  std::optional<core::LeaseBook> book_;  // none = it does not lead
  std::optional<core::MergedDigest> merged_;
  std::string leader_;  // the other one, where known
  std::uint64_t spec_version_ = 0;
  std::string spec_text_;
  std::deque<std::pair<std::uint64_t, std::shared_ptr<const core::FleetSpec>>>
      specs_;  // latest last
  std::shared_ptr<const core::FleetView> view_;
  ViewEncoder encoder_;
  std::vector<Member*> members_;
  std::map<RouterId, std::string> names_;  // of all that hold leases
  RouterId local_id_;
  std::optional<LocalRouter> local_;
  core::LeasedView local_view_;
  asio::steady_timer division_;
  asio::steady_timer watch_;
  std::shared_ptr<LinkServer*> self_;  // timers, posts and members hold it weakly
  http::GrpcServer server_;            // last: its calls end before anything they use
};

}  // namespace signalbox::link
