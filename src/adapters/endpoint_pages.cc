// SPDX-License-Identifier: Apache-2.0
//
// A poll for each endpoint; see endpoint_pages.h.
#include "adapters/endpoint_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace signalbox::adapters {

EndpointPages::EndpointPages(asio::io_context& io, const SourceOptions& options, Where where,
                             Reader reader)
    : io_(io),
      options_(options),
      where_(std::move(where)),
      reader_(std::move(reader)),
      client_(io) {}

EndpointPages::~EndpointPages() { stop(); }

void EndpointPages::start() {
  running_ = true;
  for (auto& [id, target] : targets_) target->poll->start();
}

void EndpointPages::stop() {
  running_ = false;
  client_.close();
  for (auto& [id, target] : targets_) target->poll->stop();
}

// Booting endpoints have no address and draining ones are leaving.
bool EndpointPages::asks(const core::EndpointView& endpoint) const {
  const bool is_there = endpoint.state == core::EndpointState::kReady ||
                        endpoint.state == core::EndpointState::kUnhealthy;
  const auto& units = options_.units;
  return is_there &&
         (units.empty() || std::find(units.begin(), units.end(),
                                     view_->spec->unit(endpoint.unit).name) != units.end());
}

void EndpointPages::on_view(const std::shared_ptr<const core::FleetView>& view) {
  const auto before = std::exchange(view_, view);
  const bool same_endpoints = before != nullptr && before->spec == view->spec &&
                              before->endpoints_version != 0 &&
                              before->endpoints_version == view->endpoints_version;
  if (same_endpoints) return;
  std::map<EndpointId, std::unique_ptr<Target>> known;
  known.swap(targets_);
  for (const core::EndpointView& endpoint : view->endpoints) {
    if (!asks(endpoint)) continue;
    auto target = std::move(known[endpoint.id]);
    known.erase(endpoint.id);
    if (target == nullptr) target = watch(endpoint);
    target->unit = endpoint.unit;
    targets_.emplace(endpoint.id, std::move(target));
  }
  for (const auto& [id, gone] : known) reader_.lost(id);
}

std::unique_ptr<EndpointPages::Target> EndpointPages::watch(const core::EndpointView& endpoint) {
  core::Address address = endpoint.address;
  if (where_.port != 0) address.port = where_.port;
  const EndpointId id = endpoint.id;
  auto target = std::make_unique<Target>(
      Target{endpoint.unit, address, address.port == endpoint.address.port, ++last_serial_,
             Trouble(options_.tell,
                     fmt::format("source {}: {} at {}", options_.name,
                                 view_->spec->unit(endpoint.unit).name, core::to_string(address))),
             std::make_unique<Poll>(io_, options_.interval, options_.seed + id.value,
                                    [this, id] { ask(id); })});
  if (running_) target->poll->start();
  return target;
}

void EndpointPages::ask(EndpointId id) {
  const Target& target = *targets_.at(id);
  Page page{
      .address = target.address, .target = where_.path, .may_be_missing = where_.may_be_missing};
  const core::UnitSpec& unit = view_->spec->unit(target.unit);
  page.http2 = target.is_own_port && unit.link.http2;
  const auto link = links_.find(unit.name);
  if (target.is_own_port && link != links_.end()) {
    page.tls = link->second.tls;
    page.server_name = link->second.server_name;
    page.headers = link->second.headers;
  }
  call_page(client_, page, where_.accept, options_.timeout, options_.clock,
            [this, id, serial = target.serial](const Result<PageAnswer, Refusal>& answer) {
              // It may have left the view meanwhile; then nobody asks any more.
              const auto at = targets_.find(id);
              if (at != targets_.end() && at->second->serial == serial) on_answer(id, answer);
            });
}

void EndpointPages::on_answer(EndpointId id, const Result<PageAnswer, Refusal>& answer) {
  Target& target = *targets_.at(id);
  std::optional<Refusal> trouble;
  if (answer.ok()) {
    trouble = reader_.read(id, target.unit, *answer);
  } else {
    trouble = answer.error();
  }
  if (trouble) {
    reader_.lost(id);
    target.trouble.begin(*trouble);
  } else {
    target.trouble.end();
  }
  target.poll->done(!trouble || trouble->is_patient);
}

}  // namespace signalbox::adapters
