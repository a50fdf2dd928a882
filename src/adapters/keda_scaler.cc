// SPDX-License-Identifier: Apache-2.0
//
// See keda_scaler.h.
#include "adapters/keda_scaler.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "adapters/keda_scaler.pb.h"

namespace signalbox::adapters {

namespace {

using wire::GrpcCode;
using wire::GrpcStatus;

constexpr std::string_view kUnitKey = "unit";

// The unit that a ScaledObject's trigger names.
Result<std::string, GrpcStatus> unit_of(const externalscaler::ScaledObjectRef& object) {
  const auto& metadata = object.scalermetadata();
  const auto unit = metadata.find(std::string(kUnitKey));
  if (unit != metadata.end() && !unit->second.empty()) return unit->second;
  return GrpcStatus{GrpcCode::kInvalidArgument,
                    fmt::format("the trigger of ScaledObject {}/{} names no unit; add 'unit: NAME' "
                                "to its metadata",
                                object.namespace_(), object.name())};
}

GrpcStatus unreadable() {
  return {GrpcCode::kInvalidArgument, "this is no message of externalscaler.ExternalScaler"};
}

template <class Message>
std::string bytes_of(const Message& message) {
  return message.SerializeAsString();
}

std::string active(bool is_active) {
  externalscaler::IsActiveResponse response;
  response.set_result(is_active);
  return bytes_of(response);
}

}  // namespace

std::string wanted_metric_of(std::string_view unit) {
  std::string name = "signalbox-wanted-";
  for (const char c : unit) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    name += is_upper ? static_cast<char>(c - 'A' + 'a') : is_plain ? c : '-';
  }
  return name;
}

// A caller that waits to hear that its unit is wanted. Only the edge is worth a word: KEDA ignores
// that one is not wanted, and asks for numbers itself.
class KedaScaler::Watcher final : public http::GrpcHandler {
 public:
  Watcher(KedaScaler& scaler, std::shared_ptr<http::GrpcCall> call)
      : scaler_(scaler), call_(std::move(call)) {
    scaler_.watchers_.insert(this);
  }
  ~Watcher() override { scaler_.watchers_.erase(this); }

  bool on_message(std::string_view message) override {
    externalscaler::ScaledObjectRef object;
    if (!object.ParseFromArray(message.data(), static_cast<int>(message.size()))) {
      call_->finish(unreadable());
      return true;
    }
    auto unit = unit_of(object);
    if (!unit.ok()) {
      call_->finish(unit.error());
      return true;
    }
    unit_ = std::move(*unit);
    look();
    return true;
  }
  void on_end() override {}  // it has said what it watches, and listens

  void look() {
    if (unit_.empty() || call_->over()) return;
    const auto wanted = scaler_.wanted(unit_);
    const bool is_wanted = wanted.ok() && *wanted > 0;
    if (!std::exchange(was_wanted_, is_wanted) && is_wanted) call_->send(active(true));
  }

 private:
  KedaScaler& scaler_;
  const std::shared_ptr<http::GrpcCall> call_;
  std::string unit_;
  bool was_wanted_ = false;
};

KedaScaler::KedaScaler() = default;

KedaScaler::~KedaScaler() = default;

void KedaScaler::serve(http::GrpcServer& server) {
  const auto path = [](std::string_view method) {
    return fmt::format("/externalscaler.ExternalScaler/{}", method);
  };
  server.on(path("IsActive"),
            http::unary([this](std::string_view request) { return is_active(request); }));
  server.on(path("GetMetricSpec"),
            http::unary([this](std::string_view request) { return metric_spec(request); }));
  server.on(path("GetMetrics"),
            http::unary([this](std::string_view request) { return metrics(request); }));
  server.on(path("StreamIsActive"), [this](std::shared_ptr<http::GrpcCall> call) {
    return std::make_unique<Watcher>(*this, std::move(call));
  });
}

void KedaScaler::on_view(std::shared_ptr<const core::FleetView> view) {
  view_ = std::move(view);
  // A watcher that is told may end its call, and goes.
  for (Watcher* const watcher : std::vector(watchers_.begin(), watchers_.end())) watcher->look();
}

Result<int, GrpcStatus> KedaScaler::wanted(std::string_view unit) const {
  if (view_ == nullptr) return GrpcStatus{GrpcCode::kUnavailable, "there is no plan yet"};
  const auto id = view_->spec->find_unit(unit);
  if (!id) {
    std::vector<std::string_view> known;
    for (const auto& spec : view_->spec->units) known.push_back(spec.name);
    return GrpcStatus{GrpcCode::kNotFound, fmt::format("no unit '{}' is known; there are: {}", unit,
                                                       fmt::join(known, ", "))};
  }
  if (!view_->spec->unit(*id).managed) {
    return GrpcStatus{GrpcCode::kFailedPrecondition,
                      fmt::format("the replicas of unit '{}' are only watched; give it 'replicas' "
                                  "to have them planned",
                                  unit)};
  }
  return view_->units[id->index()].wanted;
}

KedaScaler::Answer KedaScaler::is_active(std::string_view request) const {
  externalscaler::ScaledObjectRef object;
  if (!object.ParseFromArray(request.data(), static_cast<int>(request.size()))) return unreadable();
  const auto unit = unit_of(object);
  if (!unit.ok()) return unit.error();
  const auto replicas = wanted(*unit);
  if (!replicas.ok()) return replicas.error();
  return active(*replicas > 0);
}

KedaScaler::Answer KedaScaler::metric_spec(std::string_view request) const {
  externalscaler::ScaledObjectRef object;
  if (!object.ParseFromArray(request.data(), static_cast<int>(request.size()))) return unreadable();
  const auto unit = unit_of(object);
  if (!unit.ok()) return unit.error();
  // The same in every state: a target that moved would not reach the autoscaler.
  externalscaler::GetMetricSpecResponse response;
  auto* const spec = response.add_metricspecs();
  spec->set_metricname(wanted_metric_of(*unit));
  spec->set_targetsizefloat(1.0);
  return bytes_of(response);
}

KedaScaler::Answer KedaScaler::metrics(std::string_view request) const {
  externalscaler::GetMetricsRequest asked;
  if (!asked.ParseFromArray(request.data(), static_cast<int>(request.size()))) return unreadable();
  const auto unit = unit_of(asked.scaledobjectref());
  if (!unit.ok()) return unit.error();
  const auto replicas = wanted(*unit);
  if (!replicas.ok()) return replicas.error();
  externalscaler::GetMetricsResponse response;
  auto* const value = response.add_metricvalues();
  value->set_metricname(asked.metricname().empty() ? wanted_metric_of(*unit) : asked.metricname());
  value->set_metricvaluefloat(*replicas);
  return bytes_of(response);
}

}  // namespace signalbox::adapters
