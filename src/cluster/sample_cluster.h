// SPDX-License-Identifier: Apache-2.0
//
// For tests: objects as real clusters have them (testdata), changed by a line where a test wants
// them otherwise, and a picture that is fed with them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "cluster/picture.h"

namespace signalbox::cluster::testing {

inline std::string text_of_file(const std::string& name) {
  std::ifstream file("src/cluster/testdata/" + name);
  EXPECT_TRUE(file.is_open()) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

// A value at a path such as "/spec/nodeName"; null there removes it.
struct Change {
  std::string path;
  json::value value;
};

// The value at a path of keys and indices, made where it is not; "~1" stands for a '/' in a key.
inline json::value& place_at(json::value& root, const std::string& path) {
  json::value* here = &root;
  for (std::size_t begin = 1; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    std::string key = path.substr(begin, end - begin);
    for (std::size_t at = key.find("~1"); at != key.npos; at = key.find("~1")) {
      key.replace(at, 2, "/");
    }
    begin = end + 1;
    if (here->is_array()) {
      const std::size_t index = std::stoul(key);
      auto& array = here->get_array();
      if (index >= array.size()) array.resize(index + 1);
      here = &array[index];
    } else {
      if (!here->is_object()) here->emplace_object();
      here = &here->get_object()[key];
    }
  }
  return *here;
}

inline wire::KubeObject sample(const std::string& file, const std::vector<Change>& changes = {}) {
  json::value value = json::parse(text_of_file(file));
  for (const Change& change : changes) {
    if (change.value.is_null()) {
      const std::size_t slash = change.path.rfind('/');
      place_at(value, change.path.substr(0, slash))
          .as_object()
          .erase(change.path.substr(slash + 1));
    } else {
      place_at(value, change.path) = change.value;
    }
  }
  return std::make_shared<const json::object>(value.as_object());
}

inline std::vector<Change> joined(std::vector<Change> first, const std::vector<Change>& then) {
  first.insert(first.end(), then.begin(), then.end());
  return first;
}

// The pod of testdata under another name; its uid is "uid-NAME".
inline wire::KubeObject pod(const std::string& name, const std::vector<Change>& changes = {}) {
  return sample("pod.json", joined({{"/metadata/name", json::string(name)},
                                    {"/metadata/uid", json::string("uid-" + name)}},
                                   changes));
}

// Not on a node yet.
inline wire::KubeObject pending_pod(const std::string& name,
                                    const std::vector<Change>& changes = {}) {
  static const json::value kPending =
      json::parse(R"({"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False",
                      "reason":"Unschedulable","message":"0/3 nodes are available"}]})");
  return pod(name, joined({{"/spec/nodeName", nullptr}, {"/status", kPending}}, changes));
}

inline wire::KubeObject deployment(const std::string& name, int replicas) {
  return std::make_shared<const json::object>(
      json::object{{"kind", "Deployment"},
                   {"metadata", {{"name", name}, {"namespace", "inference"}}},
                   {"spec",
                    {{"replicas", replicas},
                     {"template", {{"spec", sample("pod.json")->at("spec").as_object()}}}}}});
}

// News in a few words, by which tests compare.
struct Words {
  static std::string id(EndpointId id) {
    for (const char* name : {"a", "b", "c", "d"}) {
      if (id == endpoint_of(std::string("uid-") + name)) return name;
    }
    if (core::is_found(id)) return "found";
    return std::to_string(id.value);
  }
  std::string operator()(const core::EndpointFound& found) const {
    return "found " + id(found.endpoint) + " unit " + std::to_string(found.unit.value) + " for " +
           id(found.instead_of);
  }
  std::string operator()(const core::EndpointReady& ready) const {
    return "ready " + id(ready.endpoint) + " at " + core::to_string(ready.address);
  }
  std::string operator()(const core::EndpointGone& gone) const {
    return "gone " + id(gone.endpoint) + ": " + gone.reason;
  }
  std::string operator()(const core::EndpointLeaving& leaving) const {
    if (leaving.by == TimePoint::max()) return "stays " + id(leaving.endpoint);
    return "leaving " + id(leaving.endpoint) + " at " +
           std::to_string(
               std::chrono::duration_cast<std::chrono::seconds>(leaving.by - TimePoint{}).count());
  }
  std::string operator()(const core::LaunchRefused& refused) const {
    return "refused " + id(refused.endpoint) + ": " + refused.reason;
  }
  std::string operator()(const core::PriceQuote& quote) const {
    return "price of " + std::to_string(quote.unit.value) + ": " +
           std::to_string(quote.usd_per_hour);
  }
  std::string operator()(const core::CapacityLimit& limit) const {
    return "limit of " + std::to_string(limit.unit.value) + ": " +
           std::to_string(limit.max_replicas);
  }
  std::string operator()(const auto&) const { return "something else"; }
};
inline std::string in_words(const News& news) { return std::visit(Words{}, news); }

struct PictureBench : ::testing::Test {
  explicit PictureBench(std::vector<Binding> bindings = {{UnitId{0}, "sd21_g6",
                                                          WorkloadKind::kDeployment, "inference",
                                                          "sd21-g6"}})
      : picture(std::move(bindings), [this](const std::string& line) { told.push_back(line); }) {}

  void put(ObjectKind kind, const wire::KubeObject& object) { picture.put(kind, object, at(now)); }
  void remove(ObjectKind kind, const wire::KubeObject& object) {
    picture.remove(kind, object, at(now));
  }
  static TimePoint at(int second) { return TimePoint{} + std::chrono::seconds(second); }
  std::vector<std::string> news() {
    std::vector<std::string> words;
    for (const News& one : picture.take_news()) words.push_back(in_words(one));
    return words;
  }
  std::vector<std::string> actions() {
    std::vector<std::string> words;
    for (const Action& action : picture.take_actions(at(now))) {
      const char* kinds[] = {"mark ", "remove ", "scale "};
      words.push_back(kinds[static_cast<int>(action.kind)] + action.name +
                      (action.kind == Action::Kind::kScale
                           ? " to " + std::to_string(action.replicas)
                           : " " + action.uid));
    }
    return words;
  }
  using Lines = std::vector<std::string>;

  int now = 100;  // seconds
  Lines told;
  ClusterPicture picture;
};

}  // namespace signalbox::cluster::testing
