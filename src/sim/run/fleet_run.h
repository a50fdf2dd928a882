// SPDX-License-Identifier: Apache-2.0
//
// A fleet on the virtual clock: the very Router that runs behind sockets, directed by the very
// Controller (or by a policy it is compared with), fed by a workload, by replica engines and by an
// emulated provider. What is simulated is what runs. One loop takes the next event and asks the
// core; nothing here decides anything.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/prng.h"
#include "base/time.h"
#include "core/estimate/mean_of_counters.h"
#include "core/model/plan.h"
#include "core/route/router.h"
#include "journal/input_sink.h"
#include "sim/engine/event_queue.h"
#include "sim/engine/provider.h"
#include "sim/engine/replica_engine.h"
#include "sim/run/control.h"
#include "sim/run/recorder.h"
#include "sim/run/run_result.h"
#include "sim/run/scenario.h"
#include "sim/run/witness.h"

namespace signalbox::sim {

struct RunOptions {
  std::uint64_t seed = 1;
  bool history = false;        // fill RunResult::history
  Witness* witness = nullptr;  // told of everything; not owned
  // Takes the input log; not owned. Only for the core's own Controller, and only where the signals
  // tell the truth about load: a falsified digest cannot be made again from the Router's inputs.
  journal::InputSink* sink = nullptr;
  // Called each virtual hour with the share of the scenario that is done.
  std::function<void(double)> progress = {};
};

// The seed that a run gives to its `traffic`-th clients: for those who must know what will arrive.
std::uint64_t traffic_seed(std::uint64_t run_seed, std::size_t traffic);

class FleetRun {
 public:
  // Equal scenarios, controls and seeds give equal results byte for byte. `scenario` must outlive
  // the run. REQUIRES: at least one service.
  FleetRun(const Scenario& scenario, std::unique_ptr<Control> control, RunOptions options);

  RunResult run();

  // What a service's clients really sent, as last counted, and what control was told of it.
  struct ReportedLoad {
    std::uint64_t arrivals = 0;
    double work = 0.0, work_squared = 0.0;
    double reported_arrivals = 0.0, reported_work = 0.0, reported_work_squared = 0.0;
  };

 private:
  struct Event {
    enum class Kind : std::uint8_t {
      kTick,
      kProbe,
      kProvider,
      kReplica,
      kTimer,
      kFault,
      kFlap,
      kWarm,         // a replica has served itself warm
      kSignalFault,  // one begins or ends
      kDigest,       // one that was delayed
      kPoll,         // a source takes a look
      kSlot,
      kReportFrom,
      kEnd,
      kHour,
    };
    Kind kind;
    std::uint64_t subject = 0;  // replica id, index of the fault, of the digest or of the source
  };
  struct Replica {
    Replica(const ServiceModel& model, UnitId of, TimePoint now) : engine(model, now), unit(of) {}

    ReplicaEngine engine;
    UnitId unit;
    double warm_up = 1.0;                  // the slowdown while it is cold
    double own_slowdown = 1.0;             // a slow node's
    double pace = 1.0;                     // the slowdown in force
    bool hung = false;                     // answers nothing, probes included
    TimePoint wake_at = TimePoint::max();  // when its next event is scheduled
    std::vector<std::uint32_t> serving;    // slots of requests
  };
  // A request between its arrival and its answer. Its id carries its place here in the lower bits.
  struct Request {
    RequestId id;
    TimePoint arrival, deadline;
    TimePoint forwarded_at{};
    double factor = 1.0;
    double declared = 1.0;
    int prompt_tokens = 0, output_tokens = 0;
    ServiceId service{};
    EndpointId endpoint{};
    TimePoint first_token_at{};  // of a language model's answer
    bool open = false;
  };
  struct Client {
    const Traffic* traffic;
    std::unique_ptr<ArrivalStream> stream;
    std::optional<Arrival> next;
    EventOrder order;  // of `next` among all events
  };
  // When a forwarded request's patience with its replica ends.
  struct Timeout {
    TimePoint at;
    RequestId request;
    TimePoint forwarded_at;  // tells this attempt from a later one
  };
  // The unit's replicas answer and do not, half a period each.
  struct Flap {
    TimePoint since;
    Duration period;
  };
  // An endpoint that something has befallen, and how often it has answered well since.
  struct Suspect {
    EndpointId id;
    int passes;
  };
  struct DelayedDigest {
    core::RouterDigest digest;
    std::uint64_t number;  // how many had been taken before it
  };
  // What a unit's servers have counted of their requests.
  struct Served {
    std::uint64_t count = 0;
    double sum_s = 0.0;  // of times in service
  };
  // What a source remembers from look to look.
  struct Voice {
    struct Counters {
      core::MeanOfCounters mean;
      std::uint64_t count_from = 0;  // where its counters began anew
      double sum_from_s = 0.0;
    };
    SourceFault fault;                                     // in force
    std::vector<Counters> latency;                         // by unit
    std::map<std::pair<int, std::uint64_t>, double> last;  // by what it is about
    std::uint64_t said = 0;
  };
  static constexpr int kPlaceBits = 24;

  // The loop.
  Client* next_client();
  void handle(const Event& event);
  void arrive(Client& client);
  void draw(Client& client);
  void tick();
  void execute(const core::Plan& plan);
  void take_decisions();
  void take(const core::Decision& decision);
  void note_reaction(const core::Decision& decision);
  void end_overdue();
  void end_request(std::uint32_t place, int status, bool refused, UnitId unit);
  void wake_router();
  std::uint32_t place_of(RequestId id) const {
    return static_cast<std::uint32_t>(id.value & ((1U << kPlaceBits) - 1));
  }

  // The calls of the core's two machines.
  void tell_request(const Request& request, const Traffic& traffic);
  void tell_outcome(RequestId id, const core::Outcome& outcome);
  void tell_timer();
  void tell_view(const std::shared_ptr<const core::FleetView>& view);
  const core::Plan& tell_tick();
  void report_load();
  void deliver_digest(const core::RouterDigest& digest, std::uint64_t number);
  void signal(core::Signal signal);
  journal::Decided decided_since(std::size_t before) const {
    return journal::Decided(decisions_).subspan(before);
  }

  // Replicas and the provider.
  Replica* find_replica(EndpointId id);
  void add_replica(EndpointId id, UnitId unit);
  void lose_replica(EndpointId id);
  void forward(const core::Decision& decision);
  void wake_replica(EndpointId id, Replica& replica);
  void take_job_events(EndpointId id, Replica& replica);
  void take_provider_events(const std::vector<ProviderEvent>& events);
  void schedule_provider();
  void adopt_fixed_servers(const core::FleetView& view);

  // What befalls them.
  void strike(const ScheduledFault& fault);
  void flap(UnitId unit);
  void set_pace(EndpointId id, Replica& replica);
  bool answers(const Replica& replica) const;
  void probe();
  void suspect(EndpointId id);

  // Who watches them.
  void poll(std::size_t source);
  void say_of_unit(const SimulatedSource& source, Voice& voice, UnitId unit);
  void say_loads(const SimulatedSource& source, Voice& voice);
  static double spoken(Voice& voice, std::pair<int, std::uint64_t> about, double value);
  void say(const SimulatedSource& source, Voice& voice, decltype(core::Signal::body) body);

  const Scenario& scenario_;
  RunOptions options_;
  TimePoint now_{};
  TimePoint end_{};
  Duration tail_{};  // after the last arrival
  EventQueue<Event> events_;
  std::vector<Client> clients_;
  Provider provider_;
  std::unique_ptr<Control> control_;
  core::Router router_;
  std::vector<PoolSpec> pools_;             // by unit
  std::vector<ServiceModel> models_;        // by unit
  std::vector<double> slowdown_;            // by unit
  std::vector<double> error_rate_;          // by unit
  std::vector<std::optional<Flap>> flaps_;  // by unit
  Prng draws_;
  std::vector<std::unique_ptr<Replica>> replicas_;  // by endpoint id
  bool fixed_adopted_ = false;
  std::vector<Suspect> suspects_;  // whose probes may be news
  bool probing_ = false;
  std::vector<Request> requests_;  // by place
  std::vector<std::uint32_t> free_places_;
  std::size_t open_requests_ = 0;
  std::vector<std::deque<Timeout>> timeouts_;  // by service, in order of time
  std::uint64_t next_serial_ = 0;
  core::Router::Decisions decisions_, batch_;
  std::vector<JobEvent> job_events_;
  std::vector<ProviderEvent> provider_events_;
  bool tick_due_ = false;  // an urgent signal came: tick once the batch is taken
  TimePoint timer_at_ = TimePoint::max();
  TimePoint provider_at_ = TimePoint::max();
  SignalFault signal_fault_;  // in force
  core::RouterDigest digest_;
  std::uint64_t digests_taken_ = 0;
  std::vector<DelayedDigest> delayed_digests_;
  std::vector<ReportedLoad> loads_;  // by service
  std::vector<Served> served_;       // by unit
  std::vector<Voice> voices_;        // by source
  std::uint64_t view_version_ = 0;
  bool reactions_open_ = false;  // a mode change still waits for its first decision
  double cost_before_ = 0.0;     // billed before the reporting window
  Recorder recorder_;
  RunResult result_;
};

}  // namespace signalbox::sim
