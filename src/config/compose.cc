// SPDX-License-Identifier: Apache-2.0
//
// Load, lay what is wrong at somebody's door, take it out, load again: each round takes at least
// one spec away, so it ends. See compose.h.
#include "config/compose.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>
#include <utility>

#include "config/document.h"
#include "config/text.h"
#include "config/yaml_tree.h"
#include "config/yaml_writer.h"

namespace signalbox::config {

namespace {

namespace json = boost::json;

// A spec on its way into the whole.
struct Candidate {
  const Supplement* from;
  std::string spec;
  Verdict verdict;
  bool is_in = true;
};

Verdict invalid(std::string message) { return {Standing::kOut, "Invalid", std::move(message)}; }

// What the definition of the kind leaves out, an object may still bring, where the API server is
// older or was told not to look.
std::optional<std::string> forbidden_key(const ResourceKind& kind, const json::object& spec) {
  for (std::string_view path : operators_only(kind)) {
    const json::object* at = &spec;
    std::string_view rest = path;
    while (at != nullptr) {
      const auto dot = rest.find('.');
      const auto* const value = at->if_contains(rest.substr(0, dot));
      if (value == nullptr) break;
      if (dot == std::string_view::npos) return std::string(path);
      rest.remove_prefix(dot + 1);
      at = value->if_object();
    }
  }
  return std::nullopt;
}

// The spec as it is loaded: its workload is looked for where the object is.
Result<std::string, Verdict> prepared(const Supplement& supplement, const std::string& text) {
  boost::system::error_code error;
  json::value value = json::parse(text, error);
  json::object* const spec = error ? nullptr : value.if_object();
  if (spec == nullptr) return invalid("spec: this is no object");
  if (const auto key = forbidden_key(supplement.kind, *spec)) {
    return invalid(fmt::format(
        "spec.{}: this is for the controller's configuration file to say, not for an object",
        *key));
  }
  if (auto* const workload = spec->if_contains("kubernetes");
      workload != nullptr && workload->is_object()) {
    workload->get_object()["namespace"] = supplement.home;
  }
  return json::serialize(*spec);
}

// Puts a spec under its section and name. False when the name is taken.
bool graft(Node& root, const Candidate& candidate) {
  const Text text(candidate.spec, candidate.from->name);
  Report report(text);
  auto spec = parse_yaml(text, report);
  if (!spec) spec.emplace();
  const std::string section(candidate.from->kind.section);
  auto under = std::find_if(root.pairs.begin(), root.pairs.end(),
                            [&](const Pair& pair) { return pair.key == section; });
  if (under == root.pairs.end()) {
    Node mapping;
    mapping.kind = Node::Kind::kMapping;
    root.pairs.push_back({section, {}, std::move(mapping)});
    under = root.pairs.end() - 1;
  }
  if (under->value.find_pair(candidate.from->name) != nullptr) return false;
  under->value.pairs.push_back({candidate.from->name, {}, std::move(*spec)});
  return true;
}

std::string prefix_of(const Supplement& supplement) {
  return child_path(supplement.kind.section, supplement.name);
}

// "spec.boot.min: boot.min 5m is above boot.max 2m; raise max"
std::string told(const Diagnostic& diagnostic, const std::string& prefix) {
  std::string text = "spec" + diagnostic.key.substr(prefix.size()) + ": " + diagnostic.message;
  if (!diagnostic.hint.empty()) text += "; " + diagnostic.hint;
  if (!diagnostic.allowed.empty()) text += "; allowed: " + diagnostic.allowed;
  return text;
}

// The candidate that a diagnostic is about: the one with the longest name that fits.
Candidate* culprit(std::vector<Candidate>& candidates, const Diagnostic& diagnostic) {
  Candidate* found = nullptr;
  std::size_t longest = 0;
  for (Candidate& candidate : candidates) {
    const std::string prefix = prefix_of(*candidate.from);
    const std::string_view key = diagnostic.key;
    if (!candidate.is_in || !key.starts_with(prefix) || prefix.size() < longest) continue;
    if (key.size() > prefix.size() && key[prefix.size()] != '.' && key[prefix.size()] != '[') {
      continue;
    }
    found = &candidate;
    longest = prefix.size();
  }
  return found;
}

// Out, or back to what was in force before.
void step_back(Candidate& candidate, Verdict verdict) {
  const std::string& last = candidate.from->last_good;
  const bool may_be_held = candidate.verdict.standing == Standing::kInForce && !last.empty() &&
                           last != candidate.from->spec;
  if (candidate.verdict.message.empty()) candidate.verdict = std::move(verdict);
  if (may_be_held) {
    if (auto spec = prepared(*candidate.from, last); spec.ok()) {
      candidate.spec = std::move(*spec);
      candidate.verdict.standing = Standing::kHeldBack;
      return;
    }
  }
  candidate.verdict.standing = Standing::kOut;
  candidate.is_in = false;
}

std::vector<Candidate> prepared_all(const std::vector<Supplement>& supplements) {
  std::vector<Candidate> candidates;
  for (const Supplement& supplement : supplements) {
    Candidate& candidate = candidates.emplace_back(Candidate{&supplement, {}, {}, true});
    candidate.verdict.reason = "Valid";
    auto spec = prepared(supplement, supplement.spec);
    if (spec.ok()) {
      candidate.spec = std::move(*spec);
    } else {
      step_back(candidate, spec.error());
    }
  }
  return candidates;
}

std::string written_whole(const Node& base, std::vector<Candidate>& candidates) {
  Node root = base;
  for (Candidate& candidate : candidates) {
    if (!candidate.is_in || graft(root, candidate)) continue;
    candidate.is_in = false;
    candidate.verdict = {Standing::kOut, "NameTaken",
                         fmt::format("another object, or the controller's configuration, has the "
                                     "name '{}' already; names are one for all namespaces",
                                     candidate.from->name)};
  }
  return to_yaml(root);
}

}  // namespace

Result<Composition, Diagnostics> compose(std::string_view file, std::string_view file_name,
                                         const std::vector<Supplement>& supplements) {
  const Text text(file, file_name);
  Report report(text);
  const auto base = read_document(text, kRoot, "a configuration", report);
  if (!base || !report.empty()) return std::move(report).sorted();

  std::vector<Candidate> candidates = prepared_all(supplements);
  while (true) {
    std::string whole = written_whole(*base, candidates);
    auto loaded = load(whole, file_name);
    if (loaded.ok()) {
      Composition made{std::move(whole), std::move(*loaded), {}};
      for (Candidate& candidate : candidates) made.verdicts.push_back(std::move(candidate.verdict));
      return made;
    }
    std::set<Candidate*> stepped;
    for (const Diagnostic& diagnostic : loaded.error().list) {
      Candidate* const found = culprit(candidates, diagnostic);
      if (found == nullptr || !stepped.insert(found).second) continue;
      step_back(*found, invalid(told(diagnostic, prefix_of(*found->from))));
    }
    if (stepped.empty()) {
      // The file's own: told with its own places, where it is wrong without any object too.
      auto alone = load(file, file_name);
      return alone.ok() ? loaded.error() : alone.error();
    }
  }
}

}  // namespace signalbox::config
