// SPDX-License-Identifier: Apache-2.0
//
// First match in the operator's order, by path and by model.
#include "core/route/classify.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <utility>

namespace signalbox::core {
namespace {

ServiceSpec service(std::string name, std::vector<std::string> paths,
                    std::vector<std::string> models = {}) {
  ServiceSpec made;
  made.name = std::move(name);
  made.paths = std::move(paths);
  made.models = std::move(models);
  return made;
}

FleetSpec with(std::vector<ServiceSpec> services) {
  FleetSpec spec;
  spec.services = std::move(services);
  return spec;
}

std::string name_of(const FleetSpec& spec, std::string_view path, std::string_view model = {}) {
  const auto found = classify(spec, path, model);
  return found ? spec.service(*found).name : "none";
}

TEST(Classify, a_rule_covers_its_own_path_only) {
  EXPECT_TRUE(path_matches("/genimage", "/genimage"));
  EXPECT_FALSE(path_matches("/genimage", "/genimage/"));
  EXPECT_FALSE(path_matches("/genimage", "/genimag"));
}

TEST(Classify, a_rule_that_ends_in_a_star_covers_a_prefix) {
  EXPECT_TRUE(path_matches("/v1/*", "/v1/chat/completions"));
  EXPECT_TRUE(path_matches("/v1/*", "/v1/"));
  EXPECT_FALSE(path_matches("/v1/*", "/v1"));
  EXPECT_TRUE(path_matches("*", "/anything"));
  EXPECT_FALSE(path_matches("/a*b", "/aXb")) << "only the last character is a wildcard";
}

TEST(Classify, the_first_service_that_matches_wins) {
  const auto spec = with({service("narrow", {"/v1/images/*"}), service("wide", {"/v1/*"}),
                          service("never", {"/v1/images/*"})});
  EXPECT_EQ(name_of(spec, "/v1/images/generations"), "narrow");
  EXPECT_EQ(name_of(spec, "/v1/embeddings"), "wide");
}

TEST(Classify, the_model_chooses_among_services_on_one_path) {
  const auto spec = with({service("small", {"/v1/chat/completions"}, {"llama-8b", "llama-8b-it"}),
                          service("large", {"/v1/chat/completions"}, {"llama-70b"})});
  EXPECT_EQ(name_of(spec, "/v1/chat/completions", "llama-8b-it"), "small");
  EXPECT_EQ(name_of(spec, "/v1/chat/completions", "llama-70b"), "large");
  EXPECT_EQ(name_of(spec, "/v1/chat/completions", "gpt-4"), "none");
  EXPECT_EQ(name_of(spec, "/v1/chat/completions", ""), "none");
}

TEST(Classify, a_service_without_models_takes_any_and_none) {
  const auto spec = with({service("named", {"/chat"}, {"a"}), service("any", {"/chat"})});
  EXPECT_EQ(name_of(spec, "/chat", "a"), "named");
  EXPECT_EQ(name_of(spec, "/chat", "b"), "any");
  EXPECT_EQ(name_of(spec, "/chat"), "any");
}

TEST(Classify, without_services_nothing_is_answered) { EXPECT_EQ(name_of(with({}), "/"), "none"); }

TEST(Classify, a_body_is_inspected_only_where_its_model_matters) {
  const auto spec = with({service("any", {"/genimage"}), service("named", {"/chat"}, {"a"}),
                          service("rest", {"/chat"})});
  EXPECT_FALSE(needs_model(spec, "/genimage"));
  EXPECT_TRUE(needs_model(spec, "/chat"));
  EXPECT_FALSE(needs_model(spec, "/unknown"));
}

TEST(Classify, a_service_behind_one_that_takes_any_model_needs_no_inspection) {
  const auto spec = with({service("any", {"/chat"}), service("unreachable", {"/chat"}, {"a"})});
  EXPECT_FALSE(needs_model(spec, "/chat"));
}

FleetSpec any_services() {
  const auto path = rc::gen::elementOf(std::vector<std::string>{"/a", "/b", "/a*", "*"});
  const auto model = rc::gen::elementOf(std::vector<std::string>{"x", "y", "z"});
  std::vector<ServiceSpec> services;
  const int count = *rc::gen::inRange(0, 5);
  for (int i = 0; i < count; ++i) {
    services.push_back(service(std::to_string(i),
                               *rc::gen::container<std::vector<std::string>>(2, path),
                               *rc::gen::container<std::vector<std::string>>(
                                   *rc::gen::element<std::size_t>(0, 1, 2), model)));
  }
  return with(services);
}

// What needs_model() promises: where it says no, no model changes the answer.
RC_GTEST_PROP(Classify, where_no_model_is_needed_none_changes_the_answer, ()) {
  const auto spec = any_services();
  for (const char* asked : {"/a", "/b", "/ab"}) {
    if (needs_model(spec, asked)) continue;
    for (const char* named : {"x", "y", "z", "w"}) {
      RC_ASSERT(name_of(spec, asked, named) == name_of(spec, asked));
    }
  }
}

RC_GTEST_PROP(Classifier, answers_as_classify_does, ()) {
  const auto spec = any_services();
  const Classifier classifier(spec);
  for (const char* path : {"/a", "/b", "/ab", "/c", ""}) {
    for (const char* model : {"x", "y", "z", "w", ""}) {
      RC_ASSERT(classifier.find(path, model) == classify(spec, path, model));
    }
  }
}

}  // namespace
}  // namespace signalbox::core
