// SPDX-License-Identifier: Apache-2.0
//
// What KEDA asks and hears: numbers that its autoscaler's arithmetic leaves as they are, words
// where something is missing, and never a number while nothing is known.
#include "adapters/keda_scaler.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <future>

#include "adapters/keda_scaler.pb.h"
#include "core/model/testdata/fleets.h"
#include "http/grpc_caller.h"
#include "net/loop_thread.h"

namespace signalbox::adapters {
namespace {

using core::testdata::kG5Cuda;
using core::testdata::kInf2;
using wire::GrpcCode;

std::shared_ptr<core::FleetView> view_of(int inf2_wanted) {
  auto view = std::make_shared<core::FleetView>();
  auto spec = core::testdata::paper_fleet();
  spec.units[kG5Cuda.index()].managed = false;
  view->spec = std::make_shared<core::FleetSpec>(spec);
  view->units.resize(spec.units.size());
  view->units[kInf2.index()].wanted = inf2_wanted;
  return view;
}

std::string name_of(UnitId unit) { return view_of(0)->spec->unit(unit).name; }

externalscaler::ScaledObjectRef object_for(const std::string& unit) {
  externalscaler::ScaledObjectRef object;
  object.set_name("images-inf2");
  object.set_namespace_("vision");
  if (!unit.empty()) (*object.mutable_scalermetadata())["unit"] = unit;
  return object;
}

std::string metrics_request(const std::string& unit) {
  externalscaler::GetMetricsRequest request;
  *request.mutable_scaledobjectref() = object_for(unit);
  request.set_metricname(wanted_metric_of(unit));
  return request.SerializeAsString();
}

double metric(const KedaScaler& scaler, const std::string& unit) {
  const auto answer = scaler.metrics(metrics_request(unit));
  EXPECT_TRUE(answer.ok());
  externalscaler::GetMetricsResponse response;
  EXPECT_TRUE(response.ParseFromString(*answer));
  EXPECT_EQ(response.metricvalues_size(), 1);
  EXPECT_EQ(response.metricvalues(0).metricname(), wanted_metric_of(unit));
  return response.metricvalues(0).metricvaluefloat();
}

bool is_active(const KedaScaler& scaler, const std::string& unit) {
  const auto answer = scaler.is_active(object_for(unit).SerializeAsString());
  externalscaler::IsActiveResponse response;
  EXPECT_TRUE(answer.ok() && response.ParseFromString(*answer));
  return response.result();
}

// The HPA's rule for an AverageValue with its tolerance set to nothing
// (kubernetes, replica_calculator.go: GetExternalPerPodMetricReplicas), in thousandths as there.
int replicas_by_hpa(double value, double target) {
  const auto milli = [](double number) { return std::llround(number * 1000.0); };
  return static_cast<int>(
      std::ceil(static_cast<double>(milli(value)) / static_cast<double>(milli(target))));
}

TEST(KedaScaler, answers_the_plan_s_number_exactly) {
  KedaScaler scaler;
  for (const int wanted : {1, 20, 21, 19, 100'000}) {
    scaler.on_view(view_of(wanted));
    EXPECT_EQ(replicas_by_hpa(metric(scaler, name_of(kInf2)), 1.0), wanted);
    EXPECT_TRUE(is_active(scaler, name_of(kInf2)));
  }
}

TEST(KedaScaler, scales_to_zero_by_saying_that_a_unit_is_not_active) {
  KedaScaler scaler;
  scaler.on_view(view_of(0));
  EXPECT_FALSE(is_active(scaler, name_of(kInf2)));
  EXPECT_EQ(metric(scaler, name_of(kInf2)), 0.0);
}

TEST(KedaScaler, tells_one_metric_with_a_target_that_never_moves) {
  KedaScaler scaler;
  for (const int wanted : {-1, 0, 7}) {
    if (wanted >= 0) scaler.on_view(view_of(wanted));
    const auto answer = scaler.metric_spec(object_for("Llama_3.1-inf2").SerializeAsString());
    ASSERT_TRUE(answer.ok());
    externalscaler::GetMetricSpecResponse response;
    ASSERT_TRUE(response.ParseFromString(*answer));
    ASSERT_EQ(response.metricspecs_size(), 1);
    EXPECT_EQ(response.metricspecs(0).metricname(), "signalbox-wanted-llama-3-1-inf2");
    EXPECT_EQ(response.metricspecs(0).targetsizefloat(), 1.0);
  }
}

TEST(KedaScaler, gives_no_number_before_there_is_a_plan) {
  const KedaScaler scaler;
  const auto answer = scaler.metrics(metrics_request(name_of(kInf2)));
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, GrpcCode::kUnavailable);
}

TEST(KedaScaler, names_the_units_there_are_when_it_is_asked_for_another) {
  KedaScaler scaler;
  scaler.on_view(view_of(1));
  const auto answer = scaler.metrics(metrics_request("inf-two"));
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, GrpcCode::kNotFound);
  EXPECT_NE(answer.error().message.find(name_of(kInf2)), std::string::npos);
}

TEST(KedaScaler, says_what_a_trigger_lacks) {
  const KedaScaler scaler;
  const auto answer = scaler.metric_spec(object_for("").SerializeAsString());
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, GrpcCode::kInvalidArgument);
  EXPECT_EQ(answer.error().message,
            "the trigger of ScaledObject vision/images-inf2 names no unit; add 'unit: NAME' to its "
            "metadata");
}

TEST(KedaScaler, does_not_scale_what_is_only_watched) {
  KedaScaler scaler;
  scaler.on_view(view_of(1));
  const auto answer = scaler.metrics(metrics_request(name_of(kG5Cuda)));
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, GrpcCode::kFailedPrecondition);
}

RC_GTEST_PROP(KedaScaler, bytes_that_are_no_message_are_refused_or_read_as_one,
              (const std::string& bytes)) {
  KedaScaler scaler;
  scaler.on_view(view_of(3));
  for (const auto& answer :
       {scaler.is_active(bytes), scaler.metrics(bytes), scaler.metric_spec(bytes)}) {
    RC_ASSERT(answer.ok() || !answer.error().message.empty());
  }
}

class Served {
 public:
  Served() : loop_("scaler"), server_(loop_.io()) {
    scaler_.serve(server_);
    const auto bound = server_.listen({"127.0.0.1", 0});
    EXPECT_TRUE(bound.ok());
    address = *bound;
    loop_.start();
  }
  ~Served() { loop_.stop(); }

  // Returns once the scaler has it.
  void show(std::shared_ptr<const core::FleetView> view) {
    std::promise<void> shown;
    asio::post(loop_.io(), [&] {
      scaler_.on_view(std::move(view));
      shown.set_value();
    });
    shown.get_future().wait();
  }

  core::Address address;

 private:
  net::LoopThread loop_;
  KedaScaler scaler_;
  http::GrpcServer server_;
};

TEST(KedaScaler, is_asked_over_grpc) {
  Served served;
  served.show(view_of(7));
  http::Caller caller(served.address);
  const auto& heard =
      caller.ask("/externalscaler.ExternalScaler/GetMetrics", metrics_request(name_of(kInf2)));
  ASSERT_EQ(heard.messages.size(), 1U);
  externalscaler::GetMetricsResponse response;
  ASSERT_TRUE(response.ParseFromString(heard.messages[0]));
  EXPECT_EQ(response.metricvalues(0).metricvaluefloat(), 7.0);
}

TEST(KedaScaler, tells_whoever_streams_the_edges_from_zero_and_nothing_else) {
  Served served;
  served.show(view_of(0));
  http::Caller caller(served.address);
  wire::Http2Stream& stream = caller.call("/externalscaler.ExternalScaler/StreamIsActive");
  caller.say(stream, object_for(name_of(kInf2)).SerializeAsString());
  caller.session().end(stream);
  // A second call on the same connection is answered after the first was taken.
  const auto taken = [&] {
    caller.ask("/externalscaler.ExternalScaler/IsActive",
               object_for(name_of(kInf2)).SerializeAsString());
  };
  taken();
  for (const int wanted : {1, 2, 0, 0, 3}) served.show(view_of(wanted));
  const auto& heard = caller.heard[stream.id()];
  caller.until([&] { return heard.messages.size() >= 2; });
  taken();
  EXPECT_EQ(heard.messages.size(), 2U);
  externalscaler::IsActiveResponse response;
  for (const auto& message : heard.messages) {
    ASSERT_TRUE(response.ParseFromString(message));
    EXPECT_TRUE(response.result());
  }
}

}  // namespace
}  // namespace signalbox::adapters
