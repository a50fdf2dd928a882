// SPDX-License-Identifier: Apache-2.0
//
// One timer, one ordered set of what is due; see http_prober.h.
#include "adapters/http_prober.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/assert.h"
#include "control/beat.h"
#include "net/clock.h"

namespace signalbox::adapters {

namespace {

// Probes of health pages, not downloads.
constexpr std::size_t kMaxAnswerBytes = 1024 * 1024;

}  // namespace

// Multiples of the golden ratio fill the interval evenly however many there are, and each endpoint
// keeps its place when others come and go.
Duration probe_phase(EndpointId id, Duration interval) {
  constexpr double kGoldenRatio = 0.6180339887498949;
  const double turns = static_cast<double>(id.value % 1'000'000) * kGoldenRatio;
  return scale(interval, turns - std::floor(turns));
}

HttpProber::HttpProber(asio::io_context& io)
    : io_(io), client_(io), timer_(io), self_(std::make_shared<HttpProber*>(this)) {}

HttpProber::~HttpProber() { stop(); }

void HttpProber::start(control::SignalSink& sink) {
  SIGNALBOX_ASSERT(sink_ == nullptr);
  sink_ = &sink;
  await_due();
}

void HttpProber::stop() {
  sink_ = nullptr;
  client_.close();
  timer_.cancel();
}

void HttpProber::on_view(std::shared_ptr<const core::FleetView> view) {
  view_ = std::move(view);
  const TimePoint now = net::now();
  std::map<EndpointId, Target> before;
  before.swap(targets_);
  for (const core::EndpointView& endpoint : view_->endpoints) {
    const bool watched = endpoint.state == core::EndpointState::kReady ||
                         endpoint.state == core::EndpointState::kUnhealthy;
    if (!watched) continue;
    // Known ones keep their turn, and any probe under way.
    if (auto known = before.extract(endpoint.id)) {
      known.mapped().unit = endpoint.unit;
      targets_.insert(targets_.end(), std::move(known));
      continue;
    }
    const Duration interval = view_->spec->unit(endpoint.unit).health.interval;
    SIGNALBOX_ASSERT(interval > Duration::zero());
    const TimePoint due =
        control::next_beat(TimePoint{} + probe_phase(endpoint.id, interval), interval, now);
    targets_.emplace_hint(targets_.end(), endpoint.id,
                          Target{endpoint.unit, endpoint.address, due});
    due_.emplace(due, endpoint.id);
  }
  for (const auto& [id, gone] : before) due_.erase({gone.due, id});
  await_due();
}

void HttpProber::await_due() {
  if (sink_ == nullptr || due_.empty()) return;
  timer_.expires_after(std::max(due_.begin()->first - net::now(), Duration::zero()));
  timer_.async_wait([weak = std::weak_ptr(self_)](const error_code& cancelled) {
    const auto self = weak.lock();
    if (!cancelled && self && (*self)->sink_ != nullptr) (*self)->probe_due();
  });
}

void HttpProber::probe_due() {
  const TimePoint now = net::now();
  while (!due_.empty() && due_.begin()->first <= now) {
    const EndpointId id = due_.begin()->second;
    due_.erase(due_.begin());
    probe(id);
  }
  await_due();
}

void HttpProber::probe(EndpointId id) {
  const Target& target = targets_.at(id);
  const core::UnitSpec& unit = view_->spec->unit(target.unit);
  http::CallOptions options;
  options.timeout = unit.health.timeout;
  options.connect_timeout = unit.health.timeout;
  options.max_body = kMaxAnswerBytes;
  options.http2 = unit.link.http2;
  http::Request request{"GET", unit.health.path, {{"connection", "close"}}, {}};
  if (const auto link = links_.find(unit.name); link != links_.end()) {
    options.tls = link->second.tls;
    options.server_name = link->second.server_name;
    request.headers.insert(request.headers.end(), link->second.headers.begin(),
                           link->second.headers.end());
  }
  client_.call(target.address, request, options,
               [this, id](const Result<http::Response, http::ClientError>& answer) {
                 on_answer(id, answer && answer.value().status / 100 == 2);
               });
}

void HttpProber::on_answer(EndpointId id, bool healthy) {
  const auto found = targets_.find(id);
  if (found == targets_.end()) return;  // left the view meanwhile: nobody asks any more
  Target& target = found->second;
  const TimePoint now = net::now();
  // It has a turn already if it left the view and came back while it was asked.
  due_.erase({target.due, id});
  target.due = control::next_beat(target.due, view_->spec->unit(target.unit).health.interval, now);
  due_.emplace(target.due, id);
  await_due();
  batch_.push_back({now, "probe", core::ProbeResult{id, healthy}});
  if (batch_.size() > 1) return;
  // Posted, so that the results of one turn of the loop are one piece of news.
  asio::post(io_, [weak = std::weak_ptr(self_)] {
    const auto self = weak.lock();
    if (!self) return;
    const auto batch = std::exchange((*self)->batch_, {});
    if ((*self)->sink_ != nullptr) (*self)->sink_->take(batch);
  });
}

}  // namespace signalbox::adapters
