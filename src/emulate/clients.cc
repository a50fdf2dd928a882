// SPDX-License-Identifier: Apache-2.0
//
// A timer, a list of due arrivals, one client; see clients.h.
#include "emulate/clients.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "emulate/inference.h"
#include "net/clock.h"

namespace signalbox::emulate {

Clients::Clients(asio::io_context& io, ClientOptions options, Workload workload,
                 OnCompletion completed)
    : io_(io),
      options_(std::move(options)),
      workload_(std::move(workload)),
      completed_(std::move(completed)),
      timer_(io),
      self_(std::make_shared<Clients*>(this)),
      client_(io) {}

Clients::~Clients() { client_.close(); }

void Clients::start() {
  sending_ = true;
  next_ = workload_();
  send_due();
}

void Clients::stop_sending() {
  sending_ = false;
  timer_.cancel();
  check_drained();
}

void Clients::drain(std::function<void()> drained) {
  drained_ = std::move(drained);
  check_drained();
}

// Sends all that is due, however late this runs, and waits for the next.
void Clients::send_due() {
  while (sending_ && next_ && next_->at <= net::now()) {
    send(*next_);
    next_ = workload_();
  }
  if (!next_) sending_ = false;
  if (!sending_) {
    check_drained();
    return;
  }
  timer_.expires_after(next_->at - net::now());
  timer_.async_wait([weak = std::weak_ptr(self_)](const error_code& error) {
    const auto self = weak.lock();
    if (!error && self) (*self)->send_due();
  });
}

void Clients::send(const sim::Arrival& arrival) {
  const std::uint64_t index = sent_++;
  http::Request request;
  request.method = "POST";
  request.target = options_.path;
  request.headers = {{"content-type", "application/json"},
                     {kSizeHeader, fmt::format("{:.9f}", arrival.factor)}};
  request.body = boost::json::serialize(
      boost::json::object{{"prompt", fmt::format("{} #{}", options_.prompt, index)}});
  client_.call(options_.gateway, std::move(request), options_.call,
               [this, completion = Completion{index, arrival.at, {}, 0, std::nullopt}](
                   const Result<http::Response, http::ClientError>& answer) {
                 complete(completion, answer);
               });
}

void Clients::complete(Completion completion,
                       const Result<http::Response, http::ClientError>& answer) {
  completion.latency = net::now() - completion.scheduled;
  if (answer) {
    completion.status = (*answer).status;
  } else {
    completion.failure = answer.error().kind;
  }
  ++completed_count_;
  completed_(completion);
  check_drained();
}

void Clients::check_drained() {
  if (sending_ || in_flight() > 0 || !drained_) return;
  asio::post(io_, [weak = std::weak_ptr(self_), drained = std::exchange(drained_, {})] {
    if (weak.lock()) drained();
  });
}

}  // namespace signalbox::emulate
