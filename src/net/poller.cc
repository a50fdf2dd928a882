// SPDX-License-Identifier: Apache-2.0
//
// An event is told by descriptor and generation, not by pointer: what one call destroys, the rest
// of the turn does not find. See poller.h.
#include "net/poller.h"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "base/assert.h"
#include "net/socket.h"

namespace signalbox::net {

Poller::Poller(asio::execution_context& loop)
    : asio::execution_context::service(loop),
      io_(static_cast<asio::io_context&>(loop)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      ready_(io_) {
  SIGNALBOX_ASSERT(epoll_ >= 0);
  ready_.assign(epoll_);
}

Poller::~Poller() = default;

bool Poller::watch(int fd, Socket& socket) {
  const auto at = static_cast<std::size_t>(fd);
  if (at >= places_.size()) places_.resize(at + 1);
  Place& place = places_[at];
  place.socket = &socket;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u64 = std::uint64_t{++place.generation} << 32U | static_cast<std::uint32_t>(fd);
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0) return true;
  place.socket = nullptr;
  return false;
}

// Its closing takes it out of the epoll.
void Poller::forget(int fd) { places_[static_cast<std::size_t>(fd)].socket = nullptr; }

Socket* Poller::find(std::uint64_t told) const {
  const Place& place = places_[static_cast<std::uint32_t>(told)];
  return place.generation == told >> 32U ? place.socket : nullptr;
}

void Poller::add_waiting() {
  ++waiting_;
  if (!turning_ && !armed_) arm();
}

void Poller::remove_waiting() {
  if (--waiting_ == 0 && armed_) disarm();
}

void Poller::arm() {
  armed_ = true;
  ready_.async_wait(asio::posix::stream_descriptor::wait_read,
                    [this, turn_number = ++armed_turn_](error_code) {
                      if (armed_ && turn_number == armed_turn_) turn();
                    });
}

void Poller::disarm() {
  armed_ = false;
  ready_.cancel();
}

void Poller::turn() {
  armed_ = false;
  turning_ = true;
  std::array<epoll_event, kMostEvents> events;
  const int count = ::epoll_wait(epoll_, events.data(), kMostEvents, 0);
  const std::span<const epoll_event> come(events.data(),
                                          static_cast<std::size_t>(std::max(0, count)));
  for (std::size_t i = 0; i < come.size(); ++i) {
    // Of thousands of sockets, those of the next events are in no cache; by their turn they are.
    if (i + 1 < come.size()) __builtin_prefetch(find(come[i + 1].data.u64));
    tell(come[i].data.u64, come[i].events);
  }
  turning_ = false;
  if (!posted_) run_deferred();
  if (waiting_ > 0 && !armed_) arm();
}

// Each that is told may end any socket, this one too.
void Poller::tell(std::uint64_t place, std::uint32_t events) {
  if (Socket* const socket = find(place)) socket->on_events(events);
  for (const auto operation : Socket::kOperations) {
    Socket* const socket = find(place);
    if (socket == nullptr) return;
    if (Completion completion = socket->take_if(operation, events)) completion(error_code());
  }
}

void Poller::defer(Completion completion, error_code error) {
  deferred_.push_back({std::move(completion), error});
  if (turning_ || std::exchange(posted_, true)) return;
  asio::post(io_, [this] {
    posted_ = false;
    run_deferred();
  });
}

// What these defer in turn waits until the loop has seen to its other work.
void Poller::run_deferred() {
  running_.swap(deferred_);
  for (Deferred& each : running_) each.completion(each.error);
  running_.clear();
}

// Who waits is not told any more, only freed; what frees them may free sockets.
void Poller::shutdown() {
  posted_ = true;  // nothing is begun any more
  armed_ = false;
  for (std::size_t at = 0; at < places_.size(); ++at) {
    for (const auto operation : Socket::kOperations) {
      Socket* const socket = places_[at].socket;
      if (socket == nullptr) break;
      const Completion freed = socket->take(operation);
    }
  }
  while (!deferred_.empty()) {
    const std::vector<Deferred> freed = std::exchange(deferred_, {});
  }
}

}  // namespace signalbox::net
