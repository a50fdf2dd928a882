// SPDX-License-Identifier: Apache-2.0
//
// Composition only; see gateway_node.h.
#include "apps/gateway_node.h"

#include <future>
#include <utility>

#include "apps/listening.h"

namespace signalbox::apps {

namespace {

constexpr Duration kGrace = 2s;  // of idle connections after a hand-over

}  // namespace

GatewayNode::GatewayNode(GatewayNodeOptions options)
    : options_(std::move(options)),
      control_thread_("control"),
      gateway_(
          options_.gateway, control_thread_.io(), options_.access_log,
          [this](const core::Decision& decision) { on_decision(decision); },
          options_.journals.recorders()),
      link_(control_thread_.io(), options_.link,
            {.parse =
                 [this](const std::string& text) -> Result<std::shared_ptr<const core::FleetSpec>> {
               auto parsed = options_.parse(text);
               if (!parsed.ok()) return parsed.error();
               // Before the view, so that a unit is never met without what it is spoken to with.
               gateway_.adopt(std::move(parsed->gateway));
               return parsed->spec;
             },
             .publish =
                 [this](std::shared_ptr<const core::FleetView> view) { publish(std::move(view)); },
             .digest = [this] { return view_ ? gateway_.digest() : core::RouterDigest(); },
             .tell = options_.tell}),
      admin_(control_thread_.io(),
             {.view =
                  [this] {
                    const std::lock_guard lock(mutex_);
                    return view_;
                  },
              .report = [this] { return gateway_.report(); },
              .stats = [this] { return stats(); },
              .story = [this](RequestId id) { return gateway_.story(id); },
              .signal =
                  [](const core::Signal&) {
                    return std::string("signals are the controller's: ask its page");
                  },
              .reload = [this] { return reload_here(); },
              .ready = [this] { return unready().empty(); },
              .audit = options_.audit}),
      probes_(control_thread_.io(), {.unready = [this] { return unready(); },
                                     .metrics = [this] { return admin_.metrics_text(); }}),
      memory_(control_thread_.io(),
              {.read = [] { return gateway::read_memory_use(); },
               .told =
                   [this](const gateway::MemoryUse& use, gateway::Pressure pressure) {
                     if (serving_.load()) gateway_.on_memory(use, pressure);
                   }}) {}

GatewayNode::~GatewayNode() { stop(); }

Result<GatewayNode::Bound> GatewayNode::start() {
  auto gateway_address = gateway_.listen(std::move(options_.gateway_listeners));
  if (!gateway_address.ok()) return Error{"gateway.listen: " + gateway_address.error().message};
  admin_.allow(options_.admin_rights);
  if (options_.admin_tls) admin_.use_tls(options_.admin_tls);
  auto page = listener_of(options_.admin_listeners, options_.admin);
  if (!page.ok()) return Error{"gateway.admin: " + page.error().message};
  admin_listening_ = page->fd();
  const core::Address admin_address = admin_.listen(std::move(*page));
  if (options_.probes) {
    auto probes = listener_of(options_.probe_listeners, *options_.probes);
    if (!probes.ok()) return Error{"gateway.probes: " + probes.error().message};
    probes_listening_ = probes->fd();
    probes_.listen(std::move(*probes));
  }
  memory_.start();
  link_.start();
  control_thread_.start();
  running_ = true;
  return Bound{*gateway_address, admin_address};
}

void GatewayNode::publish(std::shared_ptr<const core::FleetView> view) {
  {
    const std::lock_guard lock(mutex_);
    view_ = view;
  }
  gateway_.publish(std::move(view));
  if (serving_.exchange(true)) return;
  gateway_.start();
  if (draining_.load()) gateway_.drain(Duration::zero());
}

// Somebody waits here while others may have idle slots: the controller is told, once per turn.
void GatewayNode::on_decision(const core::Decision& decision) {
  if (decision.action != core::Action::kHold || hold_told_.exchange(true)) return;
  asio::post(control_thread_.io(), [this] {
    hold_told_.store(false);
    link_.begins_to_hold();
  });
}

std::string GatewayNode::unready() const {
  if (draining_.load()) return "draining";
  if (!serving_.load()) return "no controller was heard yet";
  return {};
}

observe::GatewayStats GatewayNode::stats() const {
  observe::GatewayStats stats = gateway_.stats();
  stats.link.emplace();
  stats.link->connected = link_.connected();
  if (const auto age = link_.view_age()) stats.link->view_age_s = to_seconds(*age);
  return stats;
}

std::string GatewayNode::reload() {
  std::promise<std::string> answer;
  asio::post(control_thread_.io(), [&] { answer.set_value(reload_here()); });
  return answer.get_future().get();
}

std::string GatewayNode::reload_here() {
  auto reloaded = options_.reload();
  gateway_.note_reload(reloaded.ok());
  if (!reloaded.ok()) return reloaded.error().message;
  gateway_.adopt(std::move(reloaded->gateway));
  admin_.allow(std::move(reloaded->admin_rights));
  if (reloaded->admin_tls) admin_.use_tls(std::move(reloaded->admin_tls));
  return {};
}

void GatewayNode::drain() {
  draining_ = true;
  if (serving_.load()) gateway_.drain(Duration::zero());
}

void GatewayNode::retire() {
  draining_ = true;
  if (serving_.load()) gateway_.drain(kGrace);
  asio::post(control_thread_.io(), [this] {
    admin_.close();
    probes_.close();
  });
}

std::vector<net::NamedListener> GatewayNode::listeners() const {
  std::vector<net::NamedListener> all;
  for (const int fd : gateway_.listening()) all.push_back({kGatewayListener, fd});
  all.push_back({kAdminListener, admin_listening_});
  if (probes_listening_ >= 0) all.push_back({kProbesListener, probes_listening_});
  return all;
}

void GatewayNode::stop() {
  if (!std::exchange(running_, false)) return;
  std::promise<void> left;
  asio::post(control_thread_.io(), [this, &left] {
    const bool is_drained = serving_.load() && gateway_.drained();
    link_.stop(is_drained, [&left] { left.set_value(); });
  });
  left.get_future().wait();
  control_thread_.stop();
  gateway_.stop();
  memory_.stop();
  options_.journals.close();
}

}  // namespace signalbox::apps
