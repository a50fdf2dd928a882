// SPDX-License-Identifier: Apache-2.0
//
// Composition only; see control_node.h.
#include "apps/control_node.h"

#include <future>
#include <utility>

#include "adapters/emulator_actuator.h"
#include "adapters/http_prober.h"
#include "apps/listening.h"
#include "apps/probe_links.h"
#include "base/assert.h"
#include "control/control_loop.h"
#include "net/clock.h"

namespace signalbox::apps {

struct ControlNode::Leading {
  Leading(ControlNode& node, const Hands& given)
      : hands(given),
        emulator(node.options_.emulator
                     ? std::make_unique<adapters::EmulatorActuator>(
                           node.io(), *node.options_.emulator,
                           adapters::EmulatorActuatorOptions{.tell = node.options_.tell})
                     : nullptr),
        prober(node.io()),
        sources(node.io(), node.options_.seed, node.options_.tell),
        control(node.io(), node.options_.configuration.spec,
                {.publish =
                     [&node](std::shared_ptr<const core::FleetView> view) {
                       node.publish(std::move(view));
                     },
                 .digest = [&node] { return node.link_.digest(); },
                 .actuator = hands.actuator != nullptr ? hands.actuator : emulator.get(),
                 .on_plan = [&node](const core::Plan& plan) { node.on_plan(plan); },
                 .on_refused =
                     [&node](const core::Signal& signal, const std::string& why) {
                       if (node.options_.tell &&
                           node.refusals_.is_news(signal.source, why, net::now())) {
                         node.options_.tell("signal from " + signal.source + " refused: " + why);
                       }
                     }}) {}

  ~Leading() {
    control.stop();
    prober.stop();
    sources.stop();
    if (hands.source != nullptr) hands.source->stop();
    if (emulator) emulator->stop();
  }

  void start(const ControlConfiguration& configuration) {
    take_links(configuration);
    sources.adopt(configuration.sources);
    if (emulator) emulator->start(control);
    if (hands.source != nullptr) hands.source->start(control);
    prober.start(control);
    sources.start(control);
    control.start();
  }
  void take_links(const ControlConfiguration& configuration) {
    prober.on_links(probe_links(configuration.units));
    sources.on_links(probe_links(configuration.units));
  }

  const Hands hands;
  std::unique_ptr<adapters::EmulatorActuator> emulator;
  adapters::HttpProber prober;
  SignalSources sources;
  control::ControlLoop control;
};

ControlNode::ControlNode(ControlNodeOptions options)
    : options_(std::move(options)),
      control_thread_("control"),
      link_(control_thread_.io(), options_.link_options),
      admin_(control_thread_.io(), {.view = [this] { return view(); },
                                    .report = [this] { return report(); },
                                    .stats = [this] { return stats(); },
                                    .story = {},
                                    .signal =
                                        [this](const core::Signal& signal) {
                                          if (!leading_)
                                            return std::string("this controller does not lead");
                                          return leading_->control.take_one(signal).refused;
                                        },
                                    .reload = [this] { return reload_here(); },
                                    .ready = [this] { return unready().empty(); },
                                    .audit = options_.audit}),
      probes_(control_thread_.io(), {.unready = [this] { return unready(); },
                                     .metrics = [this] { return admin_.metrics_text(); }}) {}

ControlNode::~ControlNode() { stop(); }

Result<ControlNode::Bound> ControlNode::start() {
  const ControlConfiguration& first = options_.configuration;
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
  asio::post(control_thread_.io(), [this] { lead_here({}); });
}

void ControlNode::lead_here(const Hands& hands) {
  SIGNALBOX_ASSERT(!leading_);
  link_.set_spec(options_.configuration.text);
  link_.lead();
  leading_ = std::make_unique<Leading>(*this, hands);
  leading_->start(options_.configuration);
}

void ControlNode::lose_here() {
  leading_.reset();
  link_.follow({});
}

void ControlNode::on_plan(const core::Plan& plan) {
  admin_.on_plan(plan);
  if (options_.journals.decisions) options_.journals.decisions->planned(plan, view()->spec);
  if (options_.on_plan) options_.on_plan(plan);
}

void ControlNode::publish(std::shared_ptr<const core::FleetView> view) {
  {
    const std::lock_guard lock(mutex_);
    view_ = view;
  }
  leading_->prober.on_view(view);
  leading_->sources.on_view(view);
  if (options_.on_view) options_.on_view(view);
  if (leading_->hands.is_complete()) link_.publish(std::move(view));
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
  const std::string wrong = options_.reload();
  last_reload_ok_ = wrong.empty();
  return wrong;
}

void ControlNode::adopt_here(ControlConfiguration next) {
  ++generation_;
  options_.configuration = std::move(next);
  const ControlConfiguration& now = options_.configuration;
  admin_.allow(now.admin_rights);
  if (now.admin_tls) admin_.use_tls(now.admin_tls);
  if (!leading_) return;
  leading_->take_links(now);
  link_.set_spec(now.text);
  leading_->control.adopt(now.spec);
  // After the view, whose units they speak of.
  leading_->sources.adopt(now.sources);
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
  leading_.reset();
  options_.journals.close();
}

}  // namespace signalbox::apps
