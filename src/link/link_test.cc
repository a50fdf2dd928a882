// SPDX-License-Identifier: Apache-2.0
//
// Controllers and gateways over loopback, on one loop: what one tells the other goes by.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/model/testdata/fleets.h"
#include "core/route/router.h"
#include "link/link_client.h"
#include "link/link_server.h"

namespace signalbox::link {
namespace {

using core::testdata::endpoint_of;
using core::testdata::two_units;
using core::testdata::view_of;

// A gateway's end with a real Router behind it, which is asked by hand.
struct Gateway {
  Gateway(asio::io_context& io, const core::Address& control, std::uint64_t id,
          const std::shared_ptr<const core::FleetSpec>& spec, bool observer = false)
      : router(id),
        client(
            io,
            {.control = control,
             .name = "gateway-" + std::to_string(id),
             .router = RouterId(id),
             .observer = observer,
             .report = 50ms,
             .silence = 500ms,
             .least_backoff = 5ms,
             .most_backoff = 20ms},
            {.parse = [this, spec](const std::string& text)
                 -> Result<std::shared_ptr<const core::FleetSpec>> {
               text_ = text;
               if (text == "nonsense") return Error{"this is no configuration"};
               return spec;
             },
             .publish =
                 [this](std::shared_ptr<const core::FleetView> seen) {
                   view = std::move(seen);
                   router.on_view(view, net::now(), decisions);
                 },
             .digest = [this] { return view ? router.digest(net::now()) : core::RouterDigest(); },
             .tell = [this](const std::string& what) { said.push_back(what); }}) {
    client.start();
  }
  int leased() const {
    int all = 0;
    for (const auto& endpoint : view->endpoints) all += endpoint.leased_slots;
    return all;
  }
  // How many of so many new requests could start; the others are held.
  int ask(int count) {
    decisions.clear();
    for (int i = 0; i < count; ++i) {
      router.on_request(RequestId(++requests), {"/genimage", {}, true, 1.0}, net::now(), decisions);
    }
    int started = 0;
    for (const auto& decision : decisions) {
      started += decision.action == core::Action::kForward ? 1 : 0;
    }
    if (started < count) client.begins_to_hold();
    return started;
  }
  int in_flight() const {
    int all = 0;
    for (const auto& unit : router.digest(net::now()).units) all += unit.in_flight;
    return all;
  }

  core::Router router;
  core::Router::Decisions decisions;
  std::uint64_t requests = 0;
  std::shared_ptr<const core::FleetView> view;
  std::string text_;
  std::vector<std::string> said;
  LinkClient client;
};

class Link : public ::testing::Test {
 protected:
  std::unique_ptr<LinkServer> controller(const core::Address& address = {"127.0.0.1", 0},
                                         Duration settling = 0ms) {
    LinkServerOptions options;
    options.leases.settling = settling;
    options.leases.round = 20ms;
    options.leases.urgent_pause = 2ms;
    options.leases.lease_time = 300ms;
    options.silence = 400ms;
    auto server = std::make_unique<LinkServer>(io_, options);
    const auto bound = server->listen(address);
    EXPECT_TRUE(bound.ok()) << (bound.ok() ? "" : bound.error().message);
    address_ = *bound;
    server->set_spec("configuration");
    return server;
  }
  std::shared_ptr<core::FleetView> fleet(int cheap, int dear) {
    const auto view = view_of(spec_, {cheap, dear}, ++version_);
    view->endpoints_version = version_;
    view->at = net::now();
    return view;
  }
  Gateway& gateway(std::uint64_t id, bool observer = false) {
    gateways_.push_back(std::make_unique<Gateway>(io_, address_, id, spec_, observer));
    return *gateways_.back();
  }
  // Turns the loop until it is so; the test's time limit stops what never gets there.
  void until(const std::function<bool()>& enough) {
    while (!enough()) io_.run_one();
  }
  void turn_for(Duration time) { io_.run_for(time); }

  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  std::shared_ptr<const core::FleetSpec> spec_ =
      std::make_shared<const core::FleetSpec>(two_units());
  std::uint64_t version_ = 0;
  core::Address address_;
  std::vector<std::unique_ptr<Gateway>> gateways_;
};

TEST_F(Link, a_gateway_is_told_the_configuration_the_fleet_and_its_leases) {
  const auto server = controller();
  server->lead();
  server->publish(fleet(3, 1));
  Gateway& one = gateway(1);
  until([&] { return one.view != nullptr && one.leased() == 4; });
  EXPECT_EQ(one.text_, "configuration");
  EXPECT_EQ(one.view->endpoints.size(), 4U);
  EXPECT_TRUE(one.client.connected());
  EXPECT_LT(*one.client.view_age(), 10s);
  EXPECT_EQ(one.ask(6), 4);
}

TEST_F(Link, one_that_comes_late_shares_what_the_first_had) {
  const auto server = controller();
  server->lead();
  server->publish(fleet(8, 0));
  Gateway& first = gateway(1);
  until([&] { return first.view != nullptr && first.leased() == 8; });
  Gateway& second = gateway(2);
  until([&] { return second.view != nullptr && second.leased() > 0; });
  second.ask(4);
  until([&] { return second.in_flight() == 4; });
  EXPECT_LE(first.leased() + second.leased(), 8);
}

TEST_F(Link, what_changes_is_heard_and_added_up) {
  const auto server = controller();
  server->lead();
  server->publish(fleet(2, 0));
  Gateway& one = gateway(1);
  Gateway& two = gateway(2);
  until([&] { return one.view && two.view && one.leased() + two.leased() == 2; });
  server->publish(fleet(2, 3));
  until([&] { return one.view->endpoints.size() == 5 && two.view->endpoints.size() == 5; });
  until([&] { return one.leased() + two.leased() == 5; });
  one.ask(1);
  two.ask(1);
  until([&] { return server->digest().services.at(0).arrivals == 2; });
  until([&] { return server->digest().view_version == version_; });
  EXPECT_EQ(server->status().gateways, 2U);
}

TEST_F(Link, requests_that_wait_are_lent_what_another_leaves_idle) {
  const auto server = controller();
  server->lead();
  server->publish(fleet(12, 0));
  Gateway& idle = gateway(1);
  Gateway& busy = gateway(2);
  until([&] { return idle.view && busy.view && idle.leased() + busy.leased() == 12; });
  busy.ask(10);
  until([&] { return busy.in_flight() == 10; });
  // A floor stays with the other, so that its next request need not wait.
  until([&] { return idle.leased() >= 1; });
}

TEST_F(Link, one_that_does_not_lead_says_who_does) {
  const auto leader = controller();
  const core::Address where = address_;
  leader->lead();
  leader->publish(fleet(1, 0));
  const auto other = controller();
  other->follow(core::to_string(where));
  Gateway& one = gateway(1);  // asks the other
  until([&] { return one.view != nullptr; });
  EXPECT_EQ(one.client.controller(), core::to_string(where));
}

TEST_F(Link, one_that_leads_no_more_sends_its_gateways_away) {
  const auto first = controller();
  const core::Address where = address_;
  first->lead();
  first->publish(fleet(1, 0));
  Gateway& one = gateway(1);
  until([&] { return one.view != nullptr; });
  const auto second = controller();
  second->lead();
  second->publish(fleet(2, 0));
  first->follow(core::to_string(address_));
  until([&] { return one.client.controller() == core::to_string(address_); });
  EXPECT_EQ(one.view->endpoints.size(), 2U);
}

TEST_F(Link, while_the_controller_is_gone_its_last_view_is_gone_by) {
  auto server = controller();
  const core::Address where = address_;
  server->lead();
  server->publish(fleet(4, 0));
  Gateway& one = gateway(1);
  until([&] { return one.view && one.leased() == 4; });
  server.reset();
  until([&] { return !one.client.connected(); });
  turn_for(30ms);
  EXPECT_EQ(one.said.size(), 1U) << "said once";
  EXPECT_EQ(one.ask(3), 3);
  const auto held = one.view->leases_version;

  server = controller(where, 10s);  // it knows nothing but what the gateway tells it
  server->lead();
  server->publish(fleet(5, 0));
  until([&] { return one.client.connected() && one.view->endpoints.size() == 5; });
  turn_for(50ms);
  EXPECT_EQ(one.leased(), 4) << "what it held it holds; of the fifth nobody knows who has it";
  EXPECT_GE(one.view->leases_version, held);
  EXPECT_EQ(one.in_flight(), 3);
  EXPECT_EQ(server->digest().services.at(0).arrivals, 0U)
      << "what another controller counted does not arrive twice";
}

TEST_F(Link, one_that_leaves_in_order_gives_its_leases_back_at_once) {
  const auto server = controller();
  server->lead();
  server->publish(fleet(6, 0));
  Gateway& one = gateway(1);
  Gateway& two = gateway(2);
  until([&] { return one.view && two.view && one.leased() + two.leased() == 6; });
  bool done = false;
  one.client.stop(true, [&] { done = true; });
  until([&] { return done && two.leased() == 6; });
}

TEST_F(Link, one_that_vanishes_keeps_its_leases_for_the_lease_time) {
  const auto server = controller();
  server->lead();
  server->publish(fleet(6, 0));
  Gateway& two = gateway(2);
  Gateway& one = gateway(1);
  until([&] { return one.view && two.view && one.leased() > 0 && two.leased() > 0; });
  until([&] { return one.leased() + two.leased() == 6; });
  const int had = two.leased();
  gateways_.pop_back();  // as if killed
  until([&] { return server->status().gateways == 1; });
  EXPECT_EQ(two.leased(), had);
  until([&] { return two.leased() == 6; });
}

TEST_F(Link, one_whose_pod_is_gone_loses_them_at_once) {
  auto server = controller();
  server->lead();
  server->publish(fleet(6, 0));
  Gateway& two = gateway(2);
  gateway(1);
  until(
      [&] { return gateways_[1]->view && two.view && gateways_[1]->leased() + two.leased() == 6; });
  gateways_.pop_back();
  until([&] { return server->status().gateways == 1; });
  server->forget("gateway-1");
  until([&] { return two.leased() == 6; });
}

TEST_F(Link, an_observer_sees_the_fleet_and_holds_nothing) {
  const auto server = controller();
  server->lead();
  server->publish(fleet(2, 0));
  Gateway& watching = gateway(1, true);
  Gateway& one = gateway(2);
  until([&] { return watching.view && one.view && one.leased() == 2; });
  EXPECT_EQ(watching.view->endpoints[0].leased_slots, -1);
  turn_for(600ms);  // longer than a silent gateway is borne
  EXPECT_EQ(server->status().observers, 1U);
  EXPECT_EQ(server->status().gateways, 1U);
}

TEST_F(Link, a_router_of_the_same_process_shares_with_the_gateways) {
  const auto server = controller();
  core::Router local(1);
  core::Router::Decisions decisions;
  std::shared_ptr<const core::FleetView> seen;
  server->attach(RouterId(77),
                 {[&](std::shared_ptr<const core::FleetView> view) {
                    seen = view;
                    local.on_view(view, net::now(), decisions);
                  },
                  [&] { return seen ? local.digest(net::now()) : core::RouterDigest(); }});
  server->lead();
  server->publish(fleet(6, 0));
  const auto leased = [&] {
    int all = 0;
    for (const auto& endpoint : seen->endpoints) all += endpoint.leased_slots;
    return all;
  };
  until([&] { return seen && leased() == 6; });
  Gateway& one = gateway(1);
  until([&] { return one.view && one.leased() > 0; });
  EXPECT_LE(one.leased() + leased(), 6);
}

TEST_F(Link, a_configuration_that_cannot_be_used_leaves_what_there_is) {
  const auto server = controller();
  server->lead();
  server->publish(fleet(2, 0));
  Gateway& one = gateway(1);
  until([&] { return one.view && one.leased() == 2; });
  server->set_spec("nonsense");
  auto next = fleet(3, 0);
  next->spec = std::make_shared<const core::FleetSpec>(two_units());
  server->publish(next);
  until([&] { return !one.said.empty(); });
  EXPECT_NE(one.said[0].find("this is no configuration"), std::string::npos) << one.said[0];
  EXPECT_EQ(one.view->endpoints.size(), 2U);
  EXPECT_EQ(one.ask(2), 2);
}

TEST_F(Link, who_says_what_is_no_message_is_sent_away) {
  const auto server = controller();
  server->lead();
  server->publish(fleet(1, 0));
  std::optional<wire::GrpcStatus> ended;
  const auto call = http::GrpcClientCall::start(
      io_, address_, kFollowMethod, {},
      {.on_open = {},
       .on_message = [](std::string_view) {},
       .on_end = [&](wire::GrpcStatus status) { ended = std::move(status); }});
  call->send("\xff\xff\xff");
  until([&] { return ended.has_value(); });
  EXPECT_EQ(ended->code, wire::GrpcCode::kInvalidArgument);
}

}  // namespace
}  // namespace signalbox::link
