// SPDX-License-Identifier: Apache-2.0
//
// Composition only; see node.h.
#include "apps/node.h"

#include <fmt/format.h>

#include <future>
#include <string>
#include <utility>

#include "apps/probe_links.h"
#include "net/clock.h"

namespace signalbox::apps {

namespace {

// After a hand-over clients that just connected are still answered here, and those that come often
// hear in an answer that they should connect anew; closing at once would meet their next request.
constexpr Duration kGrace = 2s;

}  // namespace

Node::Node(NodeOptions options, std::shared_ptr<const core::FleetSpec> spec)
    : options_(std::move(options)),
      control_thread_("control"),
      gateway_(options_.gateway, control_thread_.io(), options_.access_log,
               options_.link ? [this](const core::Decision& decision) { on_decision(decision); }
                             : options_.on_decision,
               options_.journals.recorders()),
      link_(options_.link
                ? std::make_unique<link::LinkServer>(control_thread_.io(), options_.link_options)
                : nullptr),
      actuator_(options_.emulator ? std::make_unique<adapters::EmulatorActuator>(
                                        control_thread_.io(), *options_.emulator,
                                        adapters::EmulatorActuatorOptions{.tell = options_.tell})
                                  : nullptr),
      prober_(control_thread_.io()),
      sources_(control_thread_.io(), options_.gateway.seed, options_.tell),
      control_(
          control_thread_.io(), std::move(spec),
          {.publish =
               [this](std::shared_ptr<const core::FleetView> view) { publish(std::move(view)); },
           .digest = [this] { return link_ ? link_->digest() : gateway_.digest(); },
           .actuator = actuator_.get(),
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
               },
           .inputs = options_.journals.inputs.get()}),
      admin_(control_thread_.io(),
             {.view = [this] { return view(); },
              .report = [this] { return gateway_.report(); },
              .stats =
                  [this] {
                    observe::GatewayStats stats = gateway_.stats();
                    if (link_) {
                      const auto status = link_->status();
                      stats.leases = observe::LeaseStats{status.gateways, status.idle.unlent,
                                                         status.idle.unused};
                    }
                    return stats;
                  },
              .story = [this](RequestId id) { return gateway_.story(id); },
              .signal =
                  [this](const core::Signal& signal) { return control_.take_one(signal).refused; },
              .reload = [this] { return reload_here(); },
              .ready = [this] { return !draining_.load(); },
              .audit = options_.audit}),
      probes_(control_thread_.io(),
              {.unready = [this] { return draining_.load() ? "draining" : std::string(); },
               .metrics = [this] { return admin_.metrics_text(); }}),
      memory_(control_thread_.io(),
              {.read = options_.memory_use,
               .told = [this](const gateway::MemoryUse& use, gateway::Pressure pressure) {
                 on_memory(use, pressure);
               }}) {
  prober_.on_links(probe_links(options_.gateway.units));
  sources_.on_links(probe_links(options_.gateway.units));
  sources_.adopt(std::move(options_.sources));
}

Node::~Node() { stop(); }

void Node::publish(std::shared_ptr<const core::FleetView> view) {
  {
    const std::lock_guard lock(mutex_);
    view_ = view;
  }
  prober_.on_view(view);
  sources_.on_view(view);
  if (link_) {
    link_->publish(std::move(view));
  } else {
    gateway_.publish(std::move(view));
  }
}

// Somebody waits here while other gateways may have idle slots.
void Node::on_decision(const core::Decision& decision) {
  if (options_.on_decision) options_.on_decision(decision);
  if (decision.action != core::Action::kHold || hold_told_.exchange(true)) return;
  asio::post(control_thread_.io(), [this] {
    hold_told_.store(false);
    link_->local_holds();
  });
}

Result<Node::Bound> Node::start() {
  auto gateway_address = gateway_.listen(std::move(options_.gateway_listeners));
  if (!gateway_address.ok()) return Error{"gateway.listen: " + gateway_address.error().message};
  admin_.allow(options_.admin_rights);
  if (options_.admin_tls) admin_.use_tls(options_.admin_tls);
  auto admin_address = listen_for_admin();
  if (!admin_address.ok()) return Error{"gateway.admin: " + admin_address.error().message};
  if (options_.probes) {
    auto probes_address = listen_for_probes();
    if (!probes_address.ok()) return Error{"gateway.probes: " + probes_address.error().message};
  }
  if (link_) {
    auto link_address = link_->listen(*options_.link);
    if (!link_address.ok()) return Error{"link.listen: " + link_address.error().message};
    link_->attach(core::RouterId(options_.gateway.seed | 1U),
                  {.publish =
                       [this](std::shared_ptr<const core::FleetView> view) {
                         gateway_.publish(std::move(view));
                       },
                   .digest = [this] { return gateway_.digest(); }});
    link_->set_spec(options_.text);
    link_->lead();
  }
  if (actuator_) actuator_->start(control_);
  prober_.start(control_);
  sources_.start(control_);
  control_.start();
  gateway_.start();
  memory_.start();
  control_thread_.start();
  running_ = true;
  return Bound{*gateway_address, *admin_address};
}

Result<core::Address> Node::listen_for_admin() {
  auto& inherited = options_.admin_listeners;
  auto listener = inherited.empty()
                      ? net::Listener::bind({options_.admin.host, options_.admin.port}, false)
                      : Result<net::Listener>(std::move(inherited.front()));
  if (!listener.ok()) return listener.error();
  admin_listening_ = listener->fd();
  return admin_.listen(std::move(*listener));
}

Result<core::Address> Node::listen_for_probes() {
  auto& inherited = options_.probe_listeners;
  auto listener = inherited.empty()
                      ? net::Listener::bind({options_.probes->host, options_.probes->port}, false)
                      : Result<net::Listener>(std::move(inherited.front()));
  if (!listener.ok()) return listener.error();
  probes_listening_ = listener->fd();
  return probes_.listen(std::move(*listener));
}

std::vector<net::NamedListener> Node::listeners() const {
  std::vector<net::NamedListener> all;
  for (const int fd : gateway_.listening()) all.push_back({kGatewayListener, fd});
  all.push_back({kAdminListener, admin_listening_});
  if (probes_listening_ >= 0) all.push_back({kProbesListener, probes_listening_});
  return all;
}

// The replicas that this process launched are its own: the next would find them without a master
// and stop them.
std::string Node::cannot_hand_over() const {
  if (link_) return "gateways follow this process at 'link.listen'; restart instead";
  if (!actuator_) return {};
  return "the replicas of 'emulator' belong to the process that launched them; restart instead";
}

std::shared_ptr<const core::FleetView> Node::view() const {
  const std::lock_guard lock(mutex_);
  return view_;
}

std::string Node::reload() {
  std::promise<std::string> answer;
  asio::post(control_thread_.io(), [&] { answer.set_value(reload_here()); });
  return answer.get_future().get();
}

void Node::on_memory(const gateway::MemoryUse& use, gateway::Pressure pressure) {
  gateway_.on_memory(use, pressure);
  if (std::exchange(pressure_, pressure) == pressure || !options_.tell) return;
  constexpr const char* kWhat[] = {"taking everything again", "taking no new connections",
                                   "taking no new connections and no new requests"};
  options_.tell(fmt::format("{:.0f} % of {} MiB of memory are used: {}", 100.0 * use.ratio(),
                            use.limit >> 20U, kWhat[static_cast<std::size_t>(pressure)]));
}

std::string Node::reload_here() {
  if (!options_.reload) return "this process has no configuration file to read again";
  auto reloaded = options_.reload();
  gateway_.note_reload(reloaded.ok());
  if (!reloaded.ok()) return reloaded.error().message;
  // Before the view, so that a unit is never met without what it is spoken to with.
  prober_.on_links(probe_links(reloaded->gateway.units));
  sources_.on_links(probe_links(reloaded->gateway.units));
  gateway_.adopt(std::move(reloaded->gateway));
  admin_.allow(std::move(reloaded->admin_rights));
  if (reloaded->admin_tls) admin_.use_tls(std::move(reloaded->admin_tls));
  if (link_) link_->set_spec(std::move(reloaded->text));
  control_.adopt(std::move(reloaded->spec));
  // After the view, whose units they speak of.
  sources_.adopt(std::move(reloaded->sources));
  return {};
}

void Node::drain() {
  draining_ = true;
  gateway_.drain(Duration::zero());
}

void Node::retire() {
  draining_ = true;
  gateway_.drain(kGrace);
  asio::post(control_thread_.io(), [this] {
    admin_.close();
    probes_.close();
  });
}

void Node::stop() {
  if (!std::exchange(running_, false)) return;
  // Control first: it publishes into the gateway from its own thread.
  control_thread_.stop();
  gateway_.stop();
  control_.stop();
  memory_.stop();
  prober_.stop();
  sources_.stop();
  if (actuator_) actuator_->stop();
  options_.journals.close();
}

}  // namespace signalbox::apps
