// SPDX-License-Identifier: Apache-2.0
//
// Both documents walked side by side; see json_likeness.h. The parser bounds how deep they are.
#include "profiler/json_likeness.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "observe/json_text.h"

namespace signalbox::profiler {

namespace json = boost::json;

namespace {

constexpr std::size_t kQuoted = 60;  // bytes of a value in a message

class Walk {
 public:
  explicit Walk(const std::vector<std::string>& ignored) : ignored_(ignored) {}

  std::optional<std::string> compare(const json::value& here, const json::value& there) {
    if (here.is_object() && there.is_object()) {
      return compare_objects(here.get_object(), there.get_object());
    }
    if (here.is_array() && there.is_array()) {
      return compare_arrays(here.get_array(), there.get_array());
    }
    const bool numbers = here.is_number() && there.is_number();
    const bool same = numbers
                          ? here.to_number<double>() == there.to_number<double>() || here == there
                          : here == there;
    if (same) return std::nullopt;
    return fmt::format("{} is {} here and {} there", path_, quoted(here), quoted(there));
  }

 private:
  static std::string quoted(const json::value& value) {
    std::string text = observe::json_text(value, observe::Layout::kOneLine);
    if (text.size() <= kQuoted) return text;
    text.resize(kQuoted);
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0x80U) != 0) {
      text.pop_back();  // no half of a character
    }
    return text + "...";
  }

  bool is_ignored(std::string_view name) const {
    return std::find(ignored_.begin(), ignored_.end(), name) != ignored_.end();
  }

  std::optional<std::string> compare_objects(const json::object& here, const json::object& there) {
    for (const auto& member : here) {
      if (is_ignored(member.key())) continue;
      const json::value* other = there.if_contains(member.key());
      const auto path_before = enter(fmt::format(".{}", std::string_view(member.key())));
      if (other == nullptr) return path_ + " is missing there";
      if (auto difference = compare(member.value(), *other)) return difference;
      path_.resize(path_before);
    }
    for (const auto& member : there) {
      if (is_ignored(member.key()) || here.contains(member.key())) continue;
      return fmt::format("{}.{} is missing here", path_, std::string_view(member.key()));
    }
    return std::nullopt;
  }

  std::optional<std::string> compare_arrays(const json::array& here, const json::array& there) {
    if (here.size() != there.size()) {
      return fmt::format("{} has {} elements here and {} there", path_, here.size(), there.size());
    }
    for (std::size_t i = 0; i < here.size(); ++i) {
      const auto path_before = enter(fmt::format("[{}]", i));
      if (auto difference = compare(here[i], there[i])) return difference;
      path_.resize(path_before);
    }
    return std::nullopt;
  }

  std::size_t enter(const std::string& step) {
    const std::size_t before = path_.size();
    path_ += step;
    return before;
  }

  const std::vector<std::string>& ignored_;
  std::string path_ = "$";
};

}  // namespace

std::optional<std::string> first_difference(const json::value& here, const json::value& there,
                                            const std::vector<std::string>& ignored) {
  return Walk(ignored).compare(here, there);
}

}  // namespace signalbox::profiler
