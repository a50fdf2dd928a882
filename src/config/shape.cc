// SPDX-License-Identifier: Apache-2.0
//
// One walk down the tree beside the table; see shape.h.
#include "config/shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "config/nearest.h"
#include "config/value.h"

namespace signalbox::config {

namespace {

class ShapeCheck {
 public:
  ShapeCheck(const Section& root, Report& report) : root_(root), report_(report) {}

  // `self` is where the section itself stands: its key, for keys that are missing in it.
  void section(const Node& node, const Section& section, const Place& self) {
    if (node.kind != Node::Kind::kMapping) {
      wrong_kind(node, self.path, fmt::format("{} is a mapping of keys to values", section.noun),
                 fmt::format("known keys: {}", listed(keys_of(section))));
      return;
    }
    for (const auto& pair : node.pairs) {
      const Place place = {child_path(self.path, pair.key), pair.value.mark};
      const Field* found = section.find(pair.key);
      if (found == nullptr) {
        unknown_key(pair, section, {place.path, pair.key_mark});
      } else {
        field(pair, *found, place);
      }
    }
    for (const auto& wanted : section.fields) {
      if (!wanted.is_required || node.find_pair(wanted.key) != nullptr) continue;
      const bool is_excused =
          std::any_of(wanted.unless.begin(), wanted.unless.end(),
                      [&](std::string_view key) { return node.find_pair(key) != nullptr; });
      if (!is_excused) missing(wanted, self);
    }
    for (const auto& pair : section.alternatives) alternatives(node, pair, self);
  }

 private:
  void field(const Pair& pair, const Field& field, const Place& place) {
    const Node& node = pair.value;
    if (node.kind == Node::Kind::kNull) {
      no_value(field, {place.path, pair.key_mark});
      return;
    }
    switch (field.shape) {
      case Shape::kOne:
        one(node, field, {place.path, pair.key_mark});
        return;
      case Shape::kList:
        list(node, field, place);
        return;
      case Shape::kByName:
        by_name(node, field, place);
        return;
    }
  }

  void one(const Node& node, const Field& field, const Place& self) {
    if (field.type == Type::kSection) {
      section(node, *field.section, self);
      return;
    }
    if (node.kind == Node::Kind::kNull) {
      no_value(field, {self.path, node.mark});
      return;
    }
    if (node.kind != Node::Kind::kScalar) {
      wrong_kind(node, self.path, "a single value belongs here",
                 fmt::format("write {}", example_of(field.type)));
      return;
    }
    const auto value = read_value(field, node);
    if (value) return;
    const Complaint& complaint = value.error();
    report_.add({self.path, node.mark}, complaint.message,
                {.hint = complaint.hint, .allowed = complaint.allowed});
  }

  void list(const Node& node, const Field& field, const Place& place) {
    if (node.kind != Node::Kind::kList) {
      const bool is_scalar = node.kind == Node::Kind::kScalar;
      wrong_kind(node, place.path, "a list belongs here",
                 is_scalar ? fmt::format("put it in brackets: [{}]", printable(node.scalar))
                           : "write [a, b], or one '- item' per line");
      return;
    }
    if (node.items.empty()) {
      report_.add(place, "the list is empty", {.hint = "fill it, or remove the key"});
    }
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      one(node.items[i], field, {item_path(place.path, i), node.items[i].mark});
    }
  }

  void by_name(const Node& node, const Field& field, const Place& place) {
    if (node.kind != Node::Kind::kMapping) {
      wrong_kind(node, place.path, fmt::format("{} are given by name", field.key),
                 "write one 'name: ...' per line, indented");
      return;
    }
    if (node.pairs.empty()) {
      report_.add(place, fmt::format("{} is empty", field.key), {.hint = "name at least one"});
    }
    for (const auto& pair : node.pairs) {
      const Place self = {child_path(place.path, pair.key), pair.key_mark};
      if (!is_name(pair.key)) {
        report_.add({place.path, pair.key_mark},
                    fmt::format("{} is not a name", in_quotes(pair.key)),
                    {.hint = "a name has 1 to 63 letters, digits, '-', '_' or '.', and begins with "
                             "a letter or digit"});
      }
      if (pair.value.kind == Node::Kind::kNull) {
        no_value(field, self);
      } else {
        one(pair.value, field, self);
      }
    }
  }

  void unknown_key(const Pair& pair, const Section& section, const Place& place) {
    if (pair.key.empty()) return;  // refused by the parser already
    const auto keys = keys_of(section);
    std::string hint = did_you_mean(pair.key, keys);
    const auto colon = pair.key.find(':');
    if (colon != std::string::npos && section.find(pair.key.substr(0, colon)) != nullptr) {
      hint = "put a space behind the ':'";
    } else if (hint.empty()) {
      const auto homes = homes_of(pair.key);
      if (!homes.empty()) hint = fmt::format("it belongs in {}", fmt::join(homes, " or "));
    }
    report_.add(place, fmt::format("unknown key {} in {}", in_quotes(pair.key), section.noun),
                {.hint = hint, .allowed = listed(keys)});
  }

  void missing(const Field& field, const Place& self) {
    const std::string shape =
        field.shape == Shape::kByName
            ? fmt::format("name at least one under '{}:'", field.key)
            : fmt::format("add '{}:' with {}", field.key, example_of(field.type));
    report_.add(self, fmt::format("key '{}' is missing", field.key), {.hint = shape});
  }

  void alternatives(const Node& node, const Alternatives& choice, const Place& self) {
    std::vector<const Pair*> given;
    for (const auto& pair : node.pairs) {
      const auto& keys = choice.keys;
      if (std::find(keys.begin(), keys.end(), pair.key) != keys.end()) given.push_back(&pair);
    }
    const bool are_two = choice.keys.size() == 2;
    if (given.empty() && node.find_pair(choice.unless) == nullptr) {
      report_.add(
          self,
          are_two ? fmt::format("neither '{}' nor '{}' is given", choice.keys[0], choice.keys[1])
                  : fmt::format("none of '{}' is given", fmt::join(choice.keys, "', '")),
          {.hint = are_two ? "give one of the two" : "give one of them"});
    } else if (given.size() > 1) {
      report_.add({child_path(self.path, given[1]->key), given[1]->key_mark},
                  are_two
                      ? fmt::format("both '{}' and '{}' are given", choice.keys[0], choice.keys[1])
                      : fmt::format("'{}' is given beside '{}'", given[1]->key, given[0]->key),
                  {.hint = are_two ? "keep one of the two" : "keep one of them"});
    }
  }

  void no_value(const Field& field, const Place& place) {
    std::string hint = fmt::format("write {}, or remove the line", example_of(field.type));
    if (field.shape == Shape::kList) {
      hint = "write [a, b], or remove the line";
    } else if (field.type == Type::kSection) {
      hint = "indent its keys below it, or write {} to take every default";
    }
    report_.add(place, "no value is given",
                {.hint = std::move(hint), .allowed = listed(field.choices)});
  }

  void wrong_kind(const Node& node, const std::string& path, std::string wanted, std::string hint) {
    const std::string found = node.kind == Node::Kind::kScalar ? in_quotes(node.scalar)
                                                               : std::string(describe(node.kind));
    report_.add({path, node.mark}, fmt::format("{}, not {}", wanted, found), {.hint = hint});
  }

  static std::vector<std::string_view> keys_of(const Section& section) {
    std::vector<std::string_view> keys;
    for (const auto& field : section.fields) keys.push_back(field.key);
    return keys;
  }

  // The sections, by the path of their keys, in which a key of that name is known.
  std::vector<std::string> homes_of(std::string_view key) const {
    std::vector<std::string> homes;
    const std::function<void(const Section&, const std::string&)> visit =
        [&](const Section& section, const std::string& path) {
          for (const auto& field : section.fields) {
            if (field.key == key) homes.push_back(path.empty() ? "the top level" : path);
            if (field.section == nullptr) continue;
            const std::string step = child_path(path, field.key);
            visit(*field.section, field.shape == Shape::kByName ? step + ".NAME" : step);
          }
        };
    visit(root_, "");
    return homes;
  }

  const Section& root_;
  Report& report_;
};

}  // namespace

void check_shape(const Node& root, const Section& section, Report& report) {
  ShapeCheck(section, report).section(root, section, {"", {1, 1}});
}

}  // namespace signalbox::config
