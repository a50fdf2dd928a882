// SPDX-License-Identifier: Apache-2.0
//
// Files of the kernel: Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst; see
// memory_use.h.
#include "gateway/memory_use.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace signalbox::gateway {

namespace {

namespace fs = std::filesystem;

// How the two versions name what is wanted of a group.
struct Names {
  std::string_view limit, use;
  std::string_view active_file, inactive_file;  // lines of memory.stat
};
constexpr Names kVersion1{"memory.limit_in_bytes", "memory.usage_in_bytes", "total_active_file",
                          "total_inactive_file"};
constexpr Names kVersion2{"memory.max", "memory.current", "active_file", "inactive_file"};

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "max" is no number: such a group has no limit of its own.
std::optional<std::uint64_t> number_of(const fs::path& file) {
  std::string word;
  if (!(std::ifstream(file) >> word)) return std::nullopt;
  return number_in(word);
}

std::uint64_t kept_by_files(const fs::path& group, const Names& names) {
  std::ifstream lines(group / "memory.stat");
  std::uint64_t sum = 0;
  for (std::string name, value; lines >> name >> value;) {
    if (name == names.active_file || name == names.inactive_file) {
      sum += number_in(value).value_or(0);
    }
  }
  return sum;
}

std::optional<MemoryUse> use_of(const fs::path& group, const Names& names) {
  // Version 1 writes "no limit" as the largest number of whole pages.
  constexpr std::uint64_t kNoLimit = 1ULL << 62;
  const auto limit = number_of(group / names.limit);
  const auto use = number_of(group / names.use);
  if (!limit || !use || *limit == 0 || *limit >= kNoLimit) return std::nullopt;
  const std::uint64_t files = kept_by_files(group, names);
  return MemoryUse{*use - std::min(*use, files), *limit};
}

// The tightest of a group and those around it. In a container the path may be one of outside, that
// is not to be seen here: then what is seen at the top is the container's own.
void look(const fs::path& top, std::string_view path, const Names& names,
          std::optional<MemoryUse>& tightest) {
  fs::path group = top / fs::path(path).relative_path();
  for (;;) {
    const auto use = use_of(group, names);
    if (use && (!tightest || use->ratio() > tightest->ratio())) tightest = use;
    if (group == top || group == group.root_path()) return;
    group = group.has_filename() ? group.parent_path() : group.parent_path().parent_path();
  }
}

}  // namespace

std::optional<MemoryUse> read_memory_use(const std::string& root) {
  std::ifstream groups(root + "/proc/self/cgroup");
  const fs::path mounted = root + "/sys/fs/cgroup";
  std::optional<MemoryUse> tightest;
  // "0::/path" of version 2, "4:memory:/path" of version 1.
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string_view text = line;
    const auto controllers = text.substr(first + 1, second - first - 1);
    const auto path = text.substr(second + 1);
    if (controllers.empty()) look(mounted, path, kVersion2, tightest);
    if (controllers == "memory") look(mounted / "memory", path, kVersion1, tightest);
  }
  return tightest;
}

}  // namespace signalbox::gateway
