// SPDX-License-Identifier: Apache-2.0
//
// Who may serve a request at all, worked out by label and by size.
#include "core/route/constraints.h"

#include <gtest/gtest.h>

#include "core/model/testdata/fleets.h"

namespace signalbox::core {
namespace {

using testdata::make_service;
using testdata::make_unit;

constexpr ServiceId kImages{0};

// Three units: at home and trusted, in the union, anywhere.
FleetSpec labelled() {
  FleetSpec spec;
  spec.units = {make_unit("own", 0.75, 120), make_unit("eu", 1.0, 100), make_unit("us", 0.5, 100)};
  spec.units[0].labels = {{"residency", "eu"}, {"site", "on-prem"}};
  spec.units[1].labels = {{"residency", "eu"}};
  spec.units[2].labels = {{"residency", "us"}};
  spec.services = {make_service("images", {UnitId(0), UnitId(1), UnitId(2)})};
  spec.data.classes = {{"secret", {{"site", "on-prem"}, {"residency", "eu"}}},
                       {"personal", {{"residency", "eu"}}},
                       {"open", {}}};
  return spec;
}

TEST(Constraints, a_unit_needs_every_label_with_the_very_value) {
  const FleetSpec spec = labelled();
  const std::vector<Label> eu = {{"residency", "eu"}};
  const std::vector<Label> both = {{"residency", "eu"}, {"site", "on-prem"}};
  EXPECT_TRUE(has_labels(spec.units[1], eu));
  EXPECT_FALSE(has_labels(spec.units[1], both));
  EXPECT_FALSE(has_labels(spec.units[2], eu)) << "the key alone is not enough";
  EXPECT_TRUE(has_labels(spec.units[2], {})) << "nothing demanded, nothing missing";
}

TEST(Constraints, a_class_permits_the_units_that_have_its_labels) {
  const FleetSpec spec = labelled();
  const Constraints constraints(spec);
  EXPECT_EQ(constraints.permitted(kImages, constraints.class_of("secret")), 0b001U);
  EXPECT_EQ(constraints.permitted(kImages, constraints.class_of("personal")), 0b011U);
  EXPECT_EQ(constraints.permitted(kImages, constraints.class_of("open")), 0b111U);
}

TEST(Constraints, silence_and_unknown_words_mean_the_strictest_class) {
  const FleetSpec spec = labelled();
  const Constraints constraints(spec);
  for (const char* word : {"", "Open", "open ", "public", "SECRET"}) {
    EXPECT_EQ(constraints.class_of(word), kStrictest) << word;
  }
}

TEST(Constraints, without_a_policy_every_unit_may_serve) {
  FleetSpec spec = labelled();
  spec.data.classes.clear();
  const Constraints constraints(spec);
  EXPECT_EQ(constraints.permitted(kImages, constraints.class_of("secret")), 0b111U);
}

TEST(Constraints, a_service_demands_labels_for_all_its_requests_beside_those_of_the_class) {
  FleetSpec spec = labelled();
  spec.units[1].labels.push_back({"revision", "7"});
  spec.units[2].labels.push_back({"revision", "7"});
  spec.services[0].require = {{"revision", "7"}};
  const Constraints constraints(spec);
  EXPECT_EQ(constraints.permitted(kImages, constraints.class_of("open")), 0b110U);
  EXPECT_EQ(constraints.permitted(kImages, constraints.class_of("personal")), 0b010U);
  EXPECT_EQ(constraints.permitted(kImages, constraints.class_of("secret")), 0U);
}

TEST(Constraints, bits_are_places_in_the_service_and_not_in_the_fleet) {
  FleetSpec spec = labelled();
  spec.services.push_back(make_service("other", {UnitId(2), UnitId(0)}));
  const Constraints constraints(spec);
  EXPECT_EQ(constraints.permitted(ServiceId(1), constraints.class_of("secret")), 0b10U);
}

TEST(Constraints, a_unit_is_not_for_more_work_than_it_is_made_for) {
  FleetSpec spec = labelled();
  spec.units[0].max_work = 2.0;
  const Constraints constraints(spec);
  EXPECT_EQ(constraints.fitting(kImages, 2.0, 0) & 0b111U, 0b111U);
  EXPECT_EQ(constraints.fitting(kImages, 2.01, 0) & 0b111U, 0b110U);
}

TEST(Constraints, prompt_and_answer_must_fit_into_a_units_context) {
  FleetSpec spec = labelled();
  spec.units[0].max_tokens = 4096;
  spec.units[1].max_tokens = 8192;
  const Constraints constraints(spec);
  EXPECT_EQ(constraints.fitting(kImages, 1.0, 4096) & 0b111U, 0b111U);
  EXPECT_EQ(constraints.fitting(kImages, 1.0, 4097) & 0b111U, 0b110U);
  EXPECT_EQ(constraints.fitting(kImages, 1.0, 9000) & 0b111U, 0b100U);
  EXPECT_EQ(constraints.fitting(kImages, 1.0, 0) & 0b111U, 0b111U) << "unknown fits everywhere";
}

}  // namespace
}  // namespace signalbox::core
