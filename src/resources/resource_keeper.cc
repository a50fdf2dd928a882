// SPDX-License-Identifier: Apache-2.0
//
// See resource_keeper.h.
#include "resources/resource_keeper.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>
#include <tuple>
#include <utility>

#include "observe/resource_status.h"
#include "wire/kube_object.h"

namespace signalbox::resources {

namespace {

namespace json = boost::json;
using kube::KubeObject;

constexpr const char* kManager = "signalbox";
constexpr std::string_view kInForce = "inForceSpec";

kube::Resource resource_of(const config::ResourceKind& kind) {
  return {std::string(config::kApiGroup), std::string(config::kApiVersion),
          std::string(kind.plural)};
}

json::object copy_at(const json::object& object, std::initializer_list<std::string_view> path) {
  const json::object* const found = wire::object_at(object, path);
  return found == nullptr ? json::object() : *found;
}

std::int64_t generation_of(const json::object& object) {
  return wire::integer_at(object, {"metadata", "generation"}, 0);
}

}  // namespace

struct ResourceKeeper::Watched {
  config::ResourceKind kind;
  std::unique_ptr<kube::Informer> informer;

  bool is_unit() const { return kind.kind == config::kDeploymentUnits.kind; }
};

ResourceKeeper::ResourceKeeper(kube::ApiClient& client, kube::Schedule& schedule,
                               ResourceKeeperOptions options, Ports ports)
    : client_(client), schedule_(schedule), options_(std::move(options)), ports_(std::move(ports)) {
  // Units before services: in this order they are composed.
  for (const auto& kind : {config::kDeploymentUnits, config::kRoutedServices}) {
    kinds_.push_back(std::make_unique<Watched>(Watched{kind, nullptr}));
    kube::InformerOptions watch;
    watch.resource = resource_of(kind);
    watch.events.on_added = [this](const KubeObject&) { changed(); };
    // A status that we wrote ourselves changes nothing.
    watch.events.on_changed = [this](const KubeObject& before, const KubeObject& after) {
      if (copy_at(*before, {"spec"}) != copy_at(*after, {"spec"}) ||
          generation_of(*before) != generation_of(*after)) {
        changed();
      }
    };
    watch.events.on_removed = [this](const KubeObject&) { changed(); };
    watch.on_synced = [this] { changed(); };
    watch.fallback = [this, label = watch.resource.label()] { return ports_.earlier(label); };
    watch.tell = ports_.tell;
    watch.seed = options_.seed + kinds_.size();
    kinds_.back()->informer =
        std::make_unique<kube::Informer>(client_, schedule_, std::move(watch));
  }
}

ResourceKeeper::~ResourceKeeper() { stop(); }

void ResourceKeeper::start() {
  started_ = true;
  for (const auto& kind : kinds_) kind->informer->start();
}

void ResourceKeeper::stop() {
  if (!std::exchange(started_, false)) return;
  gathering_.reset();
  for (const auto& kind : kinds_) kind->informer->stop();
  for (auto& [key, record] : records_) client_.cancel(std::exchange(record.under_way, 0));
}

bool ResourceKeeper::is_synced() const {
  return std::all_of(kinds_.begin(), kinds_.end(),
                     [](const auto& kind) { return kind->informer->is_synced(); });
}

bool ResourceKeeper::has_begun() const {
  return std::all_of(kinds_.begin(), kinds_.end(),
                     [](const auto& kind) { return kind->informer->has_begun(); });
}

std::map<std::string, std::vector<KubeObject>> ResourceKeeper::objects() const {
  std::map<std::string, std::vector<KubeObject>> all;
  for (const auto& kind : kinds_) {
    all[kind->informer->resource().label()] = kind->informer->cache().all();
  }
  return all;
}

std::string ResourceKeeper::set_file(std::string text) {
  auto made = config::compose(text, options_.file_name, supplements());
  if (!made.ok()) return config::render(made.error());
  options_.file = std::move(text);
  compose();
  return {};
}

// Nothing is composed before both kinds are known: services without their units would be refused,
// and units without services would be taken down.
void ResourceKeeper::changed() {
  if (!started_ || gathering_ != nullptr) return;
  gathering_ = schedule_.after(options_.gather, [this] {
    gathering_.reset();
    if (has_begun()) compose();
  });
}

std::vector<config::Supplement> ResourceKeeper::supplements() {
  std::vector<config::Supplement> all;
  for (const auto& kind : kinds_) {
    auto objects = kind->informer->cache().all();
    // The elder first: it has the name, and the requests that both match.
    std::sort(objects.begin(), objects.end(), [](const KubeObject& a, const KubeObject& b) {
      const auto age = [](const KubeObject& object) {
        return std::tuple(wire::text_at(*object, {"metadata", "creationTimestamp"}),
                          wire::key_of(*object));
      };
      return age(a) < age(b);
    });
    for (const KubeObject& object : objects) {
      if (wire::is_being_deleted(*object)) continue;
      const Record& record = record_of(*kind, *object);
      all.push_back({kind->kind, std::string(wire::name_of(*object)),
                     std::string(wire::namespace_of(*object)),
                     json::serialize(copy_at(*object, {"spec"})), record.in_force});
    }
  }
  return all;
}

ResourceKeeper::Record& ResourceKeeper::record_of(const Watched& kind, const json::object& object) {
  const std::string key = fmt::format("{} {}", kind.kind.kind, wire::key_of(object));
  const auto [place, is_new] = records_.try_emplace(key);
  if (is_new) {
    // Of a controller before us.
    place->second.in_force = wire::text_at(object, {"status", kInForce});
    place->second.written = copy_at(object, {"status"});
  }
  return place->second;
}

void ResourceKeeper::compose() {
  const auto all = supplements();
  auto made = config::compose(options_.file, options_.file_name, all);
  if (!made.ok()) {
    ports_.tell(
        "the objects of the cluster and the configuration file do not go together; what "
        "was in force stays: " +
        config::render(made.error()));
    return;
  }
  std::set<std::string> present;
  std::size_t i = 0;
  for (const auto& kind : kinds_) {
    for (; i < all.size() && all[i].kind.kind == kind->kind.kind; ++i) {
      const std::string key = fmt::format("{} {}/{}", kind->kind.kind, all[i].home, all[i].name);
      Record& record = records_[key];
      const config::Verdict& verdict = made->verdicts[i];
      if (verdict.standing != config::Standing::kInForce &&
          record.verdict.message != verdict.message) {
        ports_.tell(fmt::format("{} is refused: {}", key, verdict.message));
      }
      record.verdict = verdict;
      if (verdict.standing == config::Standing::kInForce) record.in_force = all[i].spec;
      if (verdict.standing == config::Standing::kOut) record.in_force.clear();
      present.insert(key);
    }
  }
  for (const auto& kind : kinds_) {
    for (const KubeObject& object : kind->informer->cache().all()) {
      record_of(*kind, *object).generation = generation_of(*object);
    }
  }
  for (auto record = records_.begin(); record != records_.end();) {
    if (present.contains(record->first)) {
      ++record;
      continue;
    }
    client_.cancel(record->second.under_way);
    record = records_.erase(record);
  }
  if (made->text != composed_) {
    composed_ = made->text;
    ports_.adopt(*made);
  }
  write_statuses();
}

void ResourceKeeper::on_view(std::shared_ptr<const core::FleetView> view) {
  view_ = std::move(view);
  write_statuses();
}

void ResourceKeeper::write_statuses() {
  if (!started_ || view_ == nullptr || !is_synced() || !ports_.is_leading()) return;
  for (const auto& kind : kinds_) {
    for (const KubeObject& object : kind->informer->cache().all()) {
      if (wire::is_being_deleted(*object)) continue;
      write_status(*kind, object, record_of(*kind, *object));
    }
  }
}

void ResourceKeeper::write_status(const Watched& kind, const KubeObject& object, Record& record) {
  if (record.under_way != 0 || record.verdict.reason.empty()) return;
  const std::string name(wire::name_of(*object));
  const bool is_in_force = record.verdict.standing != config::Standing::kOut;
  const auto& spec = *view_->spec;
  const bool is_in_view =
      kind.is_unit() ? spec.find_unit(name).has_value()
                     : std::any_of(spec.services.begin(), spec.services.end(),
                                   [&](const auto& service) { return service.name == name; });
  if (is_in_force && !is_in_view) return;  // the view is of an earlier configuration
  const observe::Acceptance acceptance{
      .is_in_force = is_in_force,
      .is_accepted = record.verdict.standing == config::Standing::kInForce,
      .reason = record.verdict.reason,
      .message = record.verdict.message};
  const TimePoint now = schedule_.now();
  if (now < record.again_at) return;
  const observe::StatusFacts facts{*view_,
                                   history_,
                                   {schedule_.unix_nanos() - now.time_since_epoch().count()},
                                   record.generation,
                                   acceptance,
                                   record.written};
  json::object status =
      kind.is_unit() ? observe::unit_status(facts, name) : observe::service_status(facts, name);
  if (record.verdict.standing == config::Standing::kHeldBack) status[kInForce] = record.in_force;
  if (status == record.written) return;
  if (!observe::is_news(record.written, status) && now - record.written_at < options_.figures) {
    return;
  }
  const kube::Resource resource = kind.informer->resource();
  const json::object applied = {
      {"apiVersion", fmt::format("{}/{}", config::kApiGroup, config::kApiVersion)},
      {"kind", kind.kind.kind},
      {"metadata", json::object{{"name", name}, {"namespace", wire::namespace_of(*object)}}},
      {"status", status}};
  const std::string key = fmt::format("{} {}", kind.kind.kind, wire::key_of(*object));
  record.written_at = now;
  record.under_way =
      client_.call(kube::apply_call(resource, applied, kManager, true, "status"),
                   [this, key, status](const Result<json::object, kube::ApiError>& answer) {
                     const auto found = records_.find(key);
                     if (found == records_.end()) return;
                     found->second.under_way = 0;
                     if (answer.ok()) {
                       found->second.written = status;
                       return;
                     }
                     found->second.again_at = schedule_.now() + options_.again;
                     if (!answer.error().is_not_found()) {
                       ports_.tell(fmt::format("the status of {} cannot be written: {}", key,
                                               answer.error().message));
                     }
                   });
}

}  // namespace signalbox::resources
