// SPDX-License-Identifier: Apache-2.0
//
// See spot_notices.h. A notice stands while its host does not answer: a machine that is being taken
// back may fall silent first.
#include "adapters/spot_notices.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "wire/capacity_feeds.h"

namespace signalbox::adapters {

namespace {

constexpr const char* kPath = "/latest/meta-data/spot/instance-action";

}  // namespace

SpotNotices::SpotNotices(asio::io_context& io, SourceOptions options, const std::string& path,
                         std::uint16_t port)
    : options_(std::move(options)),
      pages_(io, options_,
             {.path = path.empty() ? kPath : path,
              .port = port,
              .accept = "application/json",
              .may_be_missing = true},
             {.read = [this](EndpointId id, UnitId,
                             const PageAnswer& answer) { return read(id, answer); },
              .lost = [](EndpointId) {}}) {}

void SpotNotices::start(control::SignalSink& sink) {
  SIGNALBOX_ASSERT(sink_ == nullptr);
  sink_ = &sink;
  pages_.start();
}

void SpotNotices::stop() {
  sink_ = nullptr;
  pages_.stop();
}

void SpotNotices::on_view(const std::shared_ptr<const core::FleetView>& view) {
  pages_.on_view(view);
  std::erase_if(noticed_, [&](EndpointId id) {
    return std::none_of(view->endpoints.begin(), view->endpoints.end(),
                        [id](const core::EndpointView& endpoint) { return endpoint.id == id; });
  });
}

std::optional<Refusal> SpotNotices::read(EndpointId id, const PageAnswer& answer) {
  core::EndpointLeaving leaving{id, TimePoint::max()};
  if (!answer.body.empty()) {
    const auto notice = wire::read_instance_action(answer.body);
    if (!notice.ok()) return Refusal{"document", "sent no notice: it " + notice.error().message};
    leaving.by = announced_for(notice->unix_nanos, answer.heard);
    noticed_.insert(id);
  } else if (noticed_.erase(id) == 0) {
    return std::nullopt;  // nothing is announced, as before
  }
  const core::Signal signal{answer.heard.at, options_.name, leaving};
  if (sink_ != nullptr) sink_->take({&signal, 1});
  return std::nullopt;
}

}  // namespace signalbox::adapters
