// SPDX-License-Identifier: Apache-2.0
//
// Local search with one kind of step: one replica more or less of a unit over a stretch of slots.
// What a step costs is known from the slots at its ends; what it does to misses is played out from
// its first slot until the queue is again as it was. See schedule.h.
#include "solve/schedule.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "base/assert.h"

namespace signalbox::solve {

namespace {

constexpr double kWorkSlack = 1e-9;
constexpr int kPasses = 8;
constexpr std::size_t kReach = 60;  // slots over which a repair looks for replicas to hold on to

struct Step {
  std::size_t unit;
  std::size_t first, last;  // slots, both included
  int change;               // +1 or -1
};

struct Effect {
  double cost_usd = 0.0;
  double missed = 0.0;
};

class Search {
 public:
  Search(const FleetProblem& problem, const WorkCells& cells, double miss_price_usd);

  // Starts from the fractional replicas less `slack`, rounded up.
  void start(const Clairvoyant& optimum, double slack);
  void repair();
  void improve();
  bool in_time() const { return missed_ <= problem_.droppable_work + kWorkSlack; }
  WholeSchedule schedule() const;

 private:
  // Replicas of slot k - 1 that are still there in slot k; none asked where the fleet is free.
  int held(std::size_t i, std::size_t k, int before) const;
  int before(std::size_t i, std::size_t k) const;
  int cap(std::size_t i, std::size_t k) const;
  double slot_cost(std::size_t i, std::size_t k, int before, int now) const;
  bool legal(std::size_t i, std::size_t k, int before, int now) const;
  std::optional<double> price_of(const Step& step) const;
  // Work missed in slot k, and the work settled by its end, if `settled` is by its beginning.
  double play(std::size_t k, double capacity_per_s, double& settled) const;
  double misses_of(const Step& step, double give_up_above) const;
  void apply(const Step& step);
  bool take_if_better(const Step& step);
  std::optional<Step> best_repair(std::size_t slot) const;
  bool improve_level(std::size_t i, int level);
  bool improve_run(std::size_t i, std::size_t first, std::size_t last);

  const FleetProblem& problem_;
  const std::size_t slots_, per_slot_, units_;
  const double cell_s_;
  const double miss_price_usd_;
  std::vector<double> arrived_, due_;  // cumulative, by cell boundary
  std::vector<std::vector<int>> replicas_;
  std::vector<double> capacity_per_s_;  // by slot
  std::vector<double> settled_;         // done or missed, by slot boundary
  std::vector<double> missed_in_;       // by slot
  double missed_ = 0.0;
};

Search::Search(const FleetProblem& problem, const WorkCells& cells, double miss_price_usd)
    : problem_(problem),
      slots_(problem.slots()),
      per_slot_(cells.per_slot),
      units_(problem.units.size()),
      cell_s_(cells.cell_s),
      miss_price_usd_(miss_price_usd) {
  const std::size_t count = slots_ * per_slot_;
  arrived_.assign(count + 1, 0.0);
  for (std::size_t c = 0; c < count; ++c) {
    arrived_[c + 1] = arrived_[c] + (c < cells.work.size() ? cells.work[c] : 0.0);
  }
  const auto patience = static_cast<std::size_t>(cells.latency_s / cells.cell_s);
  due_.assign(count + 1, 0.0);
  for (std::size_t c = patience; c <= count; ++c) due_[c] = arrived_[c - patience];
}

int Search::cap(std::size_t i, std::size_t k) const {
  return static_cast<int>(std::min(problem_.units[i].cap.at(k), 1e6));
}

int Search::held(std::size_t i, std::size_t k, int before) const {
  return static_cast<int>(std::floor(problem_.units[i].kept.at(k) * before + kWorkSlack));
}

int Search::before(std::size_t i, std::size_t k) const {
  if (k > 0) return replicas_[i][k - 1];
  return static_cast<int>(problem_.units[i].initial.value_or(0.0));
}

double Search::slot_cost(std::size_t i, std::size_t k, int before, int now) const {
  const FleetUnit& unit = problem_.units[i];
  const double running = now * problem_.slot_price_usd(unit, k);
  if (k == 0 && !unit.initial) return running;
  return running + std::max(0, now - held(i, k, before)) * unit.launch_usd.at(k);
}

bool Search::legal(std::size_t i, std::size_t k, int before, int now) const {
  const FleetUnit& unit = problem_.units[i];
  if (now < 0 || now > cap(i, k)) return false;
  if (k == 0 && !unit.initial) return true;
  return now <= held(i, k, before) || unit.may_grow.at(k) != 0;
}

// What a step adds to the cost; nothing when it may not be.
std::optional<double> Search::price_of(const Step& step) const {
  const auto& mine = replicas_[step.unit];
  double price = 0.0;
  for (std::size_t k = step.first; k <= std::min(step.last + 1, slots_ - 1); ++k) {
    const int were = before(step.unit, k);
    const int will_have_been = were + (k > step.first ? step.change : 0);
    const int now = mine[k] + (k <= step.last ? step.change : 0);
    if (!legal(step.unit, k, will_have_been, now)) return std::nullopt;
    price += slot_cost(step.unit, k, will_have_been, now) - slot_cost(step.unit, k, were, mine[k]);
  }
  return price;
}

double Search::play(std::size_t k, double capacity_per_s, double& settled) const {
  const double per_cell = capacity_per_s * cell_s_;
  double missed = 0.0;
  for (std::size_t c = k * per_slot_ + 1; c <= (k + 1) * per_slot_; ++c) {
    settled = std::min(arrived_[c], settled + per_cell);
    if (settled < due_[c]) {
      missed += due_[c] - settled;
      settled = due_[c];
    }
  }
  return missed;
}

// What a step adds to the work missed. Stops counting where it is above `give_up_above`, for steps
// that can only add to it.
double Search::misses_of(const Step& step, double give_up_above) const {
  double settled = settled_[step.first];
  double added = 0.0;
  const double more = step.change * problem_.units[step.unit].work_per_s;
  for (std::size_t k = step.first; k < slots_; ++k) {
    const double capacity = capacity_per_s_[k] + (k <= step.last ? more : 0.0);
    added += play(k, capacity, settled) - missed_in_[k];
    if (step.change < 0 && added > give_up_above) break;
    if (k >= step.last && std::fabs(settled - settled_[k + 1]) <= kWorkSlack) break;
  }
  return added;
}

void Search::apply(const Step& step) {
  const double more = step.change * problem_.units[step.unit].work_per_s;
  for (std::size_t k = step.first; k <= step.last; ++k) {
    replicas_[step.unit][k] += step.change;
    capacity_per_s_[k] += more;
  }
  double settled = settled_[step.first];
  for (std::size_t k = step.first; k < slots_; ++k) {
    const double missed = play(k, capacity_per_s_[k], settled);
    missed_ += missed - missed_in_[k];
    missed_in_[k] = missed;
    const bool as_before = settled == settled_[k + 1];
    settled_[k + 1] = settled;
    if (k >= step.last && as_before) break;
  }
}

bool Search::take_if_better(const Step& step) {
  if (step.first > step.last || step.last >= slots_) return false;
  const auto price = price_of(step);
  if (!price || *price >= -1e-12) return false;
  const double room = std::max(0.0, problem_.droppable_work - missed_);
  // Misses are sparse goods: spent only where they save at least what the optimum says they should.
  const double worth = miss_price_usd_ > 0.0 ? -*price / miss_price_usd_ : room;
  const double most = std::min(room, worth);
  if (misses_of(step, most) > most) return false;
  apply(step);
  return true;
}

void Search::start(const Clairvoyant& optimum, double slack) {
  replicas_.assign(units_, std::vector<int>(slots_, 0));
  capacity_per_s_.assign(slots_, 0.0);
  for (std::size_t i = 0; i < units_; ++i) {
    for (std::size_t k = 0; k < slots_; ++k) {
      const double wanted = std::ceil(optimum.replicas[i][k] - slack - 1e-6);
      int now = std::min(static_cast<int>(std::max(0.0, wanted)), cap(i, k));
      if (!legal(i, k, before(i, k), now)) now = std::min(held(i, k, before(i, k)), now);
      replicas_[i][k] = now;
      capacity_per_s_[k] += now * problem_.units[i].work_per_s;
    }
  }
  settled_.assign(slots_ + 1, 0.0);
  missed_in_.assign(slots_, 0.0);
  missed_ = 0.0;
  double settled = 0.0;
  for (std::size_t k = 0; k < slots_; ++k) {
    missed_in_[k] = play(k, capacity_per_s_[k], settled);
    missed_ += missed_in_[k];
    settled_[k + 1] = settled;
  }
}

// The replica that spares most misses for its money, among those that serve in `slot`: launched
// there, or one that ran before and is held, or one that will run and comes earlier.
std::optional<Step> Search::best_repair(std::size_t slot) const {
  std::optional<Step> best;
  double best_rate = 0.0;
  for (std::size_t i = 0; i < units_; ++i) {
    const auto& mine = replicas_[i];
    const int level = mine[slot] + 1;
    std::size_t from = slot, to = slot;
    while (from > 0 && slot - from < kReach && mine[from - 1] < level) --from;
    while (to + 1 < slots_ && to - slot < kReach && mine[to + 1] < level) ++to;
    std::size_t open = slot;  // the last slot before in which growth was allowed
    while (open > 0 && problem_.units[i].may_grow.at(open) == 0) --open;
    const std::size_t ahead = slot > 0 ? slot - 1 : 0;
    for (const auto& [first, last] :
         {std::pair{slot, slot}, std::pair{ahead, slot}, std::pair{from, slot}, std::pair{slot, to},
          std::pair{from, to}, std::pair{open, slot}}) {
      const Step step{i, first, last, +1};
      const auto price = price_of(step);
      if (!price) continue;
      const double spared = -misses_of(step, 0.0);
      if (spared <= kWorkSlack) continue;
      const double rate = spared / std::max(*price, 1e-9);
      if (rate <= best_rate) continue;
      best_rate = rate;
      best = step;
    }
  }
  return best;
}

// Where misses are too many, the earliest are mended first, since a queue is handed on.
void Search::repair() {
  for (std::size_t k = 0; k < slots_ && !in_time(); ++k) {
    while (missed_in_[k] > kWorkSlack && !in_time()) {
      const auto step = best_repair(k);
      if (!step) break;
      apply(*step);
    }
  }
}

// One stretch in which at least `level` replicas run: could it be shorter, or be left out, or have
// a pause in it?
bool Search::improve_run(std::size_t i, std::size_t first, std::size_t last) {
  if (take_if_better({i, first, last, -1})) return true;
  bool better = false;
  while (first < last && take_if_better({i, first, first, -1})) {
    ++first;
    better = true;
  }
  while (first < last && take_if_better({i, last, last, -1})) {
    --last;
    better = true;
  }
  for (std::size_t length = 8; length <= last - first; length *= 2) {
    for (std::size_t k = first; k + length <= last + 1; k += length / 2) {
      better = take_if_better({i, k, k + length - 1, -1}) || better;
    }
  }
  return better;
}

bool Search::improve_level(std::size_t i, int level) {
  const auto& mine = replicas_[i];
  bool better = false;
  std::optional<std::size_t> ended;  // last slot of the run before
  for (std::size_t k = 0; k < slots_; ++k) {
    if (mine[k] < level) continue;
    // Holding on through a pause may be cheaper than launching again.
    if (ended && k - *ended <= kReach)
      better = take_if_better({i, *ended + 1, k - 1, +1}) || better;
    std::size_t last = k;
    while (last + 1 < slots_ && mine[last + 1] >= level) ++last;
    better = improve_run(i, k, last) || better;
    ended = last;
    k = last;
  }
  return better;
}

void Search::improve() {
  std::vector<std::size_t> dearest_first;
  for (std::size_t i = 0; i < units_; ++i) dearest_first.push_back(i);
  std::stable_sort(dearest_first.begin(), dearest_first.end(), [&](std::size_t a, std::size_t b) {
    const FleetUnit &one = problem_.units[a], &other = problem_.units[b];
    return one.price_usd_per_hour.at(0) * other.work_per_s >
           other.price_usd_per_hour.at(0) * one.work_per_s;
  });
  for (int pass = 0; pass < kPasses; ++pass) {
    bool better = false;
    for (const std::size_t i : dearest_first) {
      if (replicas_[i].empty()) continue;
      for (int level = *std::max_element(replicas_[i].begin(), replicas_[i].end()); level > 0;
           --level) {
        better = improve_level(i, level) || better;
      }
    }
    if (!better) break;
  }
}

WholeSchedule Search::schedule() const {
  WholeSchedule result;
  result.replicas = replicas_;
  result.cost_usd = problem_.fixed_usd;
  result.missed_work = missed_;
  for (std::size_t i = 0; i < units_; ++i) {
    result.launches.emplace_back(slots_, 0);
    for (std::size_t k = 0; k < slots_; ++k) {
      const int now = replicas_[i][k];
      result.cost_usd += slot_cost(i, k, before(i, k), now);
      if (k == 0 && !problem_.units[i].initial) continue;
      result.launches[i][k] = std::max(0, now - held(i, k, before(i, k)));
    }
  }
  return result;
}

}  // namespace

WholeSchedule whole_schedule(const FleetProblem& problem, const WorkCells& cells,
                             const Clairvoyant& optimum) {
  SIGNALBOX_ASSERT(contradiction(problem).empty());
  SIGNALBOX_ASSERT(cells.cell_s > 0.0 && cells.per_slot >= 1 && cells.latency_s >= 0.0);
  SIGNALBOX_ASSERT(cells.work.size() <= problem.slots() * cells.per_slot);
  const auto& prices = optimum.prices.work_usd;
  Search search(problem, cells,
                prices.empty() ? 0.0 : *std::max_element(prices.begin(), prices.end()));
  // Rounding up wastes most of a replica where the fraction is small; rounding less leaves more to
  // mend. Which is better depends on the fleet, so several are tried.
  std::optional<WholeSchedule> best;
  bool best_in_time = false;
  for (const double slack : {0.0, 0.25, 0.5}) {
    search.start(optimum, slack);
    search.repair();
    search.improve();
    WholeSchedule found = search.schedule();
    const bool better =
        !best || (search.in_time() && !best_in_time) ||
        (search.in_time() == best_in_time &&
         (best_in_time ? found.cost_usd < best->cost_usd : found.missed_work < best->missed_work));
    if (!better) continue;
    best = std::move(found);
    best_in_time = search.in_time();
  }
  return *std::move(best);
}

}  // namespace signalbox::solve
