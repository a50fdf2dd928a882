// SPDX-License-Identifier: Apache-2.0
//
// Composition only; see node.h.
#include "apps/node.h"

#include <algorithm>
#include <future>
#include <thread>
#include <utility>

namespace signalbox::apps {

gateway::Options gateway_options(const config::GatewaySection& section) {
  gateway::Options options;
  options.listen = section.listen;
  options.threads = section.threads > 0
                        ? section.threads
                        : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  options.connect_timeout = section.connect_timeout;
  options.header_timeout = section.header_timeout;
  options.body_timeout = section.body_timeout;
  options.send_timeout = section.send_timeout;
  options.keep_alive = section.keep_alive;
  options.drain = section.drain;
  options.inspect_bytes = static_cast<std::size_t>(section.inspect_bytes);
  options.max_body = static_cast<std::uint64_t>(section.max_body);
  options.max_connections = static_cast<std::size_t>(section.max_connections);
  options.http2 = section.http2;
  options.max_streams = static_cast<std::size_t>(section.max_streams);
  options.explain_ring = static_cast<std::size_t>(section.explain_ring);
  return options;
}

Node::Node(NodeOptions options, std::shared_ptr<const core::FleetSpec> spec)
    : options_(std::move(options)),
      control_thread_("control"),
      gateway_(options_.gateway, control_thread_.io(), options_.access_log, options_.on_decision,
               options_.journals.recorders()),
      actuator_(options_.emulator ? std::make_unique<adapters::EmulatorActuator>(
                                        control_thread_.io(), *options_.emulator,
                                        adapters::EmulatorActuatorOptions{.tell = options_.tell})
                                  : nullptr),
      prober_(control_thread_.io()),
      control_(control_thread_.io(), std::move(spec),
               {.publish =
                    [this](std::shared_ptr<const core::FleetView> view) {
                      {
                        const std::lock_guard lock(mutex_);
                        view_ = view;
                      }
                      prober_.on_view(view);
                      gateway_.publish(std::move(view));
                    },
                .digest = [this] { return gateway_.digest(); },
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
                      if (options_.tell) {
                        options_.tell("signal from " + signal.source + " refused: " + why);
                      }
                    },
                .inputs = options_.journals.inputs.get()}),
      admin_(control_thread_.io(), gateway_,
             {.view = [this] { return view(); },
              .signal =
                  [this](const core::Signal& signal) { return control_.take_one(signal).refused; },
              .reload = [this] { return reload_here(); },
              .ready = [this] { return !draining_.load(); }}) {}

Node::~Node() { stop(); }

Result<Node::Bound> Node::start() {
  auto gateway_address = gateway_.listen();
  if (!gateway_address.ok()) return Error{"gateway.listen: " + gateway_address.error().message};
  auto admin_address = admin_.listen(options_.admin);
  if (!admin_address.ok()) return Error{"gateway.admin: " + admin_address.error().message};
  if (actuator_) actuator_->start(control_);
  prober_.start(control_);
  control_.start();
  gateway_.start();
  control_thread_.start();
  running_ = true;
  return Bound{*gateway_address, *admin_address};
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

std::string Node::reload_here() {
  if (!options_.reload) return "this process has no configuration file to read again";
  auto spec = options_.reload();
  gateway_.note_reload(spec.ok());
  if (!spec.ok()) return spec.error().message;
  control_.adopt(std::move(*spec));
  return {};
}

void Node::drain() {
  draining_ = true;
  gateway_.drain();
}

void Node::stop() {
  if (!std::exchange(running_, false)) return;
  // Control first: it publishes into the gateway from its own thread.
  control_thread_.stop();
  gateway_.stop();
  control_.stop();
  prober_.stop();
  if (actuator_) actuator_->stop();
  options_.journals.close();
}

}  // namespace signalbox::apps
