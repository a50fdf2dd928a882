// SPDX-License-Identifier: Apache-2.0
//
// Composition only; see control_node.h.
#include "apps/control_node.h"

#include <future>
#include <utility>

#include "apps/listening.h"
#include "apps/probe_links.h"
#include "net/clock.h"

namespace signalbox::apps {

ControlNode::ControlNode(ControlNodeOptions options)
    : options_(std::move(options)),
      control_thread_("control"),
      link_(control_thread_.io(), options_.link_options),
      emulator_(options_.emulator ? std::make_unique<adapters::EmulatorActuator>(
                                        control_thread_.io(), *options_.emulator,
                                        adapters::EmulatorActuatorOptions{.tell = options_.tell})
                                  : nullptr),
      actuator_(options_.actuator ? options_.actuator(control_thread_.io()) : nullptr),
      prober_(control_thread_.io()),
      sources_(control_thread_.io(), options_.seed, options_.tell),
      admin_(control_thread_.io(), {.view = [this] { return view(); },
                                    .report = [this] { return report(); },
                                    .stats = [this] { return stats(); },
                                    .story = {},
                                    .signal =
                                        [this](const core::Signal& signal) {
                                          if (!control_)
                                            return std::string("this controller does not lead");
                                          return control_->take_one(signal).refused;
                                        },
                                    .reload = [this] { return reload_here(); },
                                    .ready = [this] { return unready().empty(); },
                                    .audit = options_.audit}),
      probes_(control_thread_.io(), {.unready = [this] { return unready(); },
                                     .metrics = [this] { return admin_.metrics_text(); }}) {
  if (options_.more_sources) more_sources_ = options_.more_sources(control_thread_.io());
}

ControlNode::~ControlNode() { stop(); }

Result<ControlNode::Bound> ControlNode::start() {
  const ControlConfiguration& first = options_.configuration;
  prober_.on_links(probe_links(first.units));
  sources_.on_links(probe_links(first.units));
  sources_.adopt(first.sources);
  auto link_address = link_.listen(options_.link);
  if (!link_address.ok()) return Error{"link.listen: " + link_address.error().message};
  admin_.allow(first.admin_rights);
  if (first.admin_tls) admin_.use_tls(first.admin_tls);
  std::vector<net::Listener> none;
  auto page = listener_of(none, options_.admin);
  if (!page.ok()) return Error{"gateway.admin: " + page.error().message};
  const core::Address admin_address = admin_.listen(std::move(*page));
  if (options_.probes) {
    auto probes = listener_of(none, *options_.probes);
    if (!probes.ok()) return Error{"gateway.probes: " + probes.error().message};
    probes_.listen(std::move(*probes));
  }
  control_thread_.start();
  running_ = true;
  return Bound{*link_address, admin_address};
}

void ControlNode::lead() {
  asio::post(control_thread_.io(), [this] { lead_here(); });
}

void ControlNode::lead_here() {
  if (control_) return;
  link_.set_spec(options_.configuration.text);
  link_.lead();
  control::Actuator* const actuator = actuator_ ? actuator_.get() : emulator_.get();
  control_.emplace(
      control_thread_.io(), options_.configuration.spec,
      control::ControlLoop::Ports{
          .publish =
              [this](std::shared_ptr<const core::FleetView> view) { publish(std::move(view)); },
          .digest = [this] { return link_.digest(); },
          .actuator = actuator,
          .on_plan =
              [this](const core::Plan& plan) {
                admin_.on_plan(plan);
                if (options_.journals.decisions) {
                  options_.journals.decisions->planned(plan, view()->spec);
                }
                if (options_.on_plan) options_.on_plan(plan);
              },
          .on_refused =
              [this](const core::Signal& signal, const std::string& why) {
                if (options_.tell && refusals_.is_news(signal.source, why, net::now())) {
                  options_.tell("signal from " + signal.source + " refused: " + why);
                }
              }});
  if (emulator_) emulator_->start(*control_);
  for (const auto& source : more_sources_) source->start(*control_);
  prober_.start(*control_);
  sources_.start(*control_);
  control_->start();
}

void ControlNode::follow(std::string leader) {
  asio::post(control_thread_.io(), [this, leader = std::move(leader)] {
    link_.follow(leader);
    if (!control_) return;
    control_->stop();
    prober_.stop();
    sources_.stop();
    for (const auto& source : more_sources_) source->stop();
    if (emulator_) emulator_->stop();
  });
}

void ControlNode::publish(std::shared_ptr<const core::FleetView> view) {
  {
    const std::lock_guard lock(mutex_);
    view_ = view;
  }
  prober_.on_view(view);
  sources_.on_view(view);
  if (options_.on_view) options_.on_view(view);
  link_.publish(std::move(view));
}

std::shared_ptr<const core::FleetView> ControlNode::view() const {
  const std::lock_guard lock(mutex_);
  return view_;
}

// One that waits to lead is as ready as one that does: it is what takes over.
std::string ControlNode::unready() const { return draining_.load() ? "ending" : ""; }

core::RouterReport ControlNode::report() {
  core::RouterReport report;
  static_cast<core::RouterDigest&>(report) = link_.digest();
  report.endpoint_latency.resize(report.endpoints.size());
  return report;
}

observe::GatewayStats ControlNode::stats() const {
  observe::GatewayStats stats;
  stats.config_generation = generation_;
  stats.last_reload_ok = last_reload_ok_;
  const auto status = link_.status();
  stats.leases = observe::LeaseStats{status.gateways, status.idle.unlent, status.idle.unused};
  return stats;
}

std::string ControlNode::reload() {
  std::promise<std::string> answer;
  asio::post(control_thread_.io(), [&] { answer.set_value(reload_here()); });
  return answer.get_future().get();
}

std::string ControlNode::reload_here() {
  auto reloaded = options_.reload();
  last_reload_ok_ = reloaded.ok();
  if (!reloaded.ok()) return reloaded.error().message;
  ++generation_;
  options_.configuration = std::move(*reloaded);
  const ControlConfiguration& next = options_.configuration;
  prober_.on_links(probe_links(next.units));
  sources_.on_links(probe_links(next.units));
  admin_.allow(next.admin_rights);
  if (next.admin_tls) admin_.use_tls(next.admin_tls);
  if (control_) {
    link_.set_spec(next.text);
    control_->adopt(next.spec);
  }
  // After the view, whose units they speak of.
  sources_.adopt(next.sources);
  return {};
}

void ControlNode::stop() {
  if (!std::exchange(running_, false)) return;
  std::promise<void> closed;
  asio::post(control_thread_.io(), [this, &closed] {
    link_.close();
    closed.set_value();
  });
  closed.get_future().wait();
  control_thread_.stop();
  if (control_) {
    control_->stop();
    prober_.stop();
    sources_.stop();
    for (const auto& source : more_sources_) source->stop();
    if (emulator_) emulator_->stop();
  }
  options_.journals.close();
}

}  // namespace signalbox::apps
