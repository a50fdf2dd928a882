// SPDX-License-Identifier: Apache-2.0
//
// The one promise of the lease book, under anything that can happen: no endpoint ever has more
// requests in flight than slots. Reports and tables are late, lost and overtake each other;
// connections break, Routers crash, leaders are replaced, endpoints come and go.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

#include "base/prng.h"
#include "core/scale/testdata/lease_rig.h"

namespace signalbox::core {
namespace {

using testdata::at;
using testdata::endpoint_of;
using testdata::slots_view;
using testdata::TinyRouter;

class Storm {
 public:
  Storm(std::uint64_t seed, int routers, int endpoints, int slots)
      : prng_(seed), slots_(slots), book_(now_), view_(slots_view(endpoints, slots)) {
    for (EndpointView& each : view_->endpoints) each.state = EndpointState::kBooting;
    book_.on_view(*view_, now_);
    for (int i = 0; i < routers; ++i) add_router();
  }

  void step() {
    now_ += milliseconds(draw(120));
    deliver();
    if (book_.next_division() <= now_) divide();
    const auto what = draw(1000);
    Peer& peer = peers_[draw(peers_.size())];
    if (what < 450) {
      start(peer);
    } else if (what < 700) {
      end(peer);
    } else if (what < 900) {
      report(peer);
    } else if (what < 940) {
      change_endpoint();
    } else if (what < 960) {
      break_connection(peer);
    } else if (what < 990) {
      if (!peer.connected) join(peer);
    } else if (what < 994) {
      crash(peer);
    } else if (what < 998) {
      book_.forget(peer.router.id);
      // Only of what is surely gone is anything forgotten.
      crash(peer);
    } else {
      replace_leader();
    }
    // Within the settling time everybody who lives has found a new leader.
    for (Peer& each : peers_) {
      if (!each.connected && now_ >= each.away_since + 5s) join(each);
    }
  }

  // The endpoint that has more in flight than slots, and how many; 0 = none.
  int overrun() const {
    for (const EndpointView& each : view_->endpoints) {
      int in_flight = 0;
      for (const Peer& peer : peers_) {
        const auto mine = peer.router.in_flight.find(each.id);
        if (mine != peer.router.in_flight.end()) in_flight += mine->second;
      }
      if (in_flight > slots_) return in_flight;
    }
    return 0;
  }
  int started() const { return started_; }

 private:
  struct Peer {
    TinyRouter router;
    bool connected = false;
    std::uint64_t session = 0;
    TimePoint away_since{};
  };
  struct Message {
    TimePoint at;
    std::uint64_t session;
    RouterId router;
    bool is_table;
    LeaseTable table;
    RouterDigest digest;
  };
  using milliseconds = std::chrono::milliseconds;

  std::uint64_t draw(std::uint64_t below) { return prng_.next() % below; }
  Peer* find(RouterId id) {
    for (Peer& peer : peers_) {
      if (peer.router.id == id) return &peer;
    }
    return nullptr;
  }
  void add_router() {
    peers_.emplace_back();
    peers_.back().router.id = RouterId(++ids_);
    join(peers_.back());
  }
  void join(Peer& peer) {
    peer.connected = true;
    peer.session = ++sessions_;
    book_.join(peer.router.id, peer.router.table, peer.router.digest(), now_);
  }
  void break_connection(Peer& peer) {
    if (!peer.connected) return;
    peer.connected = false;
    peer.away_since = now_;
    book_.lose(peer.router.id, now_);
  }
  void crash(Peer& peer) {
    book_.lose(peer.router.id, now_);
    peer = Peer{};
    peer.router.id = RouterId(++ids_);
    peer.away_since = now_;
  }
  void replace_leader() {
    book_ = LeaseBook(now_);
    book_.on_view(*view_, now_);
    for (Peer& peer : peers_) {
      if (peer.connected) peer.away_since = now_;
      peer.connected = false;
    }
  }
  void change_endpoint() {
    EndpointView& each = view_->endpoints[draw(view_->endpoints.size())];
    const bool serves = each.state == EndpointState::kReady;
    each.state = serves ? EndpointState::kUnhealthy : EndpointState::kReady;
    book_.on_view(*view_, now_);
  }
  void divide() {
    for (const RouterId id : book_.divide(now_)) {
      Peer* const peer = find(id);
      if (peer != nullptr) post({now_, peer->session, id, true, book_.leases(id), {}});
    }
  }
  void report(Peer& peer) {
    peer.router.held = static_cast<int>(draw(6));
    if (peer.connected) {
      post({now_, peer.session, peer.router.id, false, {}, peer.router.digest()});
    }
  }
  void post(Message message) {
    if (draw(10) == 0) return;  // lost
    message.at = now_ + milliseconds(draw(3000));
    messages_.push_back(std::move(message));
  }
  void deliver() {
    std::vector<Message> due;
    std::erase_if(messages_, [&](Message& message) {
      if (message.at > now_) return false;
      due.push_back(std::move(message));
      return true;
    });
    for (const Message& message : due) {
      Peer* const peer = find(message.router);
      if (peer == nullptr || !peer->connected || peer->session != message.session) continue;
      if (message.is_table) {
        peer->router.obey(message.table);
        report(*peer);
      } else {
        book_.on_report(message.router, message.digest, now_);
      }
    }
  }
  void start(Peer& peer) {
    for (int i = 0; i < 4; ++i) {
      const auto& each = view_->endpoints[draw(view_->endpoints.size())];
      started_ += peer.router.start(each.id) ? 1 : 0;
    }
  }
  void end(Peer& peer) {
    for (auto& [endpoint, count] : peer.router.in_flight) {
      if (count > 0 && draw(2) == 0) --count;
    }
  }

  Prng prng_;
  const int slots_;
  TimePoint now_ = at(0s);
  LeaseBook book_;
  std::shared_ptr<FleetView> view_;
  std::vector<Peer> peers_;
  std::vector<Message> messages_;
  std::uint64_t ids_ = 0;
  std::uint64_t sessions_ = 0;
  int started_ = 0;
};

RC_GTEST_PROP(LeaseBookStorm, no_endpoint_ever_has_more_in_flight_than_slots, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const int routers = *rc::gen::inRange(1, 6);
  const int endpoints = *rc::gen::inRange(1, 6);
  const int slots = *rc::gen::inRange(1, 5);
  Storm storm(seed, routers, endpoints, slots);
  for (int step = 0; step < 1500; ++step) {
    storm.step();
    RC_ASSERT(storm.overrun() == 0);
  }
}

TEST(LeaseBookStorm, requests_are_served_in_it) {
  Storm storm(7, 4, 5, 3);
  for (int step = 0; step < 20'000; ++step) storm.step();
  EXPECT_EQ(storm.overrun(), 0);
  EXPECT_GT(storm.started(), 2'000) << "a book that lends nothing would keep its promise too";
}

}  // namespace
}  // namespace signalbox::core
