// SPDX-License-Identifier: Apache-2.0
//
// Signalbox's hand in an emulated cloud: launches and stops replicas through the emulator's control
// API and hears of their fate by long poll. Events say quickly what changed; a look at the whole
// list of replicas, at first, after any doubt and every now and then, says what is true. So a
// missed event, a restarted emulator or a replica that died without a word is found out, and a
// replica that nobody here commands is stopped rather than paid for.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "adapters/emulator_protocol.h"
#include "control/ports.h"
#include "http/client.h"
#include "net/asio.h"

namespace signalbox::adapters {

struct EmulatorActuatorOptions {
  Duration call_timeout = 5s;      // of any call but the long poll
  Duration survey_interval = 10s;  // between looks at the whole list of replicas
  Duration least_pause = 100ms;    // before asking again an emulator that does not answer; doubles
  Duration longest_pause = 5s;     // up to this
  // Told, for the log, when the emulator cannot be reached or understood, and when it answers
  // again.
  std::function<void(const std::string&)> tell = {};
};

// Lives on one event loop, as its sink. Signals come from source "emulator", timed at receipt, in
// one batch per answer of the emulator.
class EmulatorActuator final : public control::Actuator, public control::SignalSource {
 public:
  using Options = EmulatorActuatorOptions;

  EmulatorActuator(asio::io_context& io, core::Address emulator, Options options = {});

  // As stop().
  ~EmulatorActuator() override;
  EmulatorActuator(const EmulatorActuator&) = delete;
  EmulatorActuator& operator=(const EmulatorActuator&) = delete;

  // Begins by stopping replicas of an earlier run; launches wait until their ids are free again.
  void start(control::SignalSink& sink) override;

  // Leaves the replicas running. Nothing is launched, stopped or reported afterwards.
  void stop() override;

  void launch(EndpointId id, UnitId unit, const core::UnitSpec& spec) override;
  void stop(EndpointId id) override;

  // Replicas launched here and not known to be gone, waiting launches included.
  std::size_t replicas() const { return replicas_.size(); }

 private:
  // How far the emulator is ours.
  enum class Phase {
    kClearing,    // leftovers are being stopped
    kCatchingUp,  // they are gone, but not all that was said of them is read
    kDirecting,
  };
  enum class Stage {
    kWaiting,    // for kDirecting
    kLaunching,  // asked for, not yet answered
    kBooting,
    kReady,
  };
  struct Replica {
    UnitId unit;
    std::string unit_name;
    Stage stage = Stage::kWaiting;
    bool stopping = false;
  };
  using OnAnswer = std::function<void(const http::Response&)>;
  using OnFailure = std::function<void(const http::ClientError&)>;

  void call(http::Request request, Duration timeout, OnAnswer answered, OnFailure failed);

  void send_launch(EndpointId id);
  void on_launch_answer(EndpointId id, const http::Response& answer);
  bool is_unlaunched(EndpointId id) const;
  void send_stop(EndpointId id);

  void poll();
  void on_events(const EmulatorEvents& page);
  void begin_directing();
  void survey();
  void on_survey(const std::vector<EndpointId>& expected,
                 const std::vector<EmulatorReplica>& listed);
  void doubt(const std::string& why);
  void recovered();
  std::vector<EndpointId> all_in(Stage stage) const;

  void refuse(EndpointId id, std::string reason);
  void report_ready(Replica& replica, EndpointId id, const core::Address& address);
  void report_gone(EndpointId id, std::string reason);
  void report(decltype(core::Signal::body) body);
  void flush();
  void flush_soon();

  asio::io_context& io_;
  core::Address emulator_;
  Options options_;
  http::Client client_;
  asio::steady_timer pause_timer_;
  control::SignalSink* sink_ = nullptr;  // set while started

  std::map<EndpointId, Replica> replicas_;
  std::set<EndpointId> stops_under_way_;  // asked for, not yet answered
  Phase phase_ = Phase::kClearing;
  std::uint64_t heard_ = 0;                   // the number of the last event read
  TimePoint next_survey_ = TimePoint::min();  // when events alone are no longer trusted
  Duration pause_;                            // before the next attempt after a failure
  bool in_doubt_ = false;                     // failed, and not surveyed since
  std::string doubt_;                         // in words, of the latest failure
  std::vector<core::Signal> batch_;           // of the answer being read
  std::shared_ptr<EmulatorActuator*> self_;   // posts and timers hold it weakly
};

}  // namespace signalbox::adapters
