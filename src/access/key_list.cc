// SPDX-License-Identifier: Apache-2.0
//
// Lines, words, and a search by hash; see key_list.h.
#include "access/key_list.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>

#include "access/base64url.h"
#include "base/assert.h"

namespace signalbox::access {

namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr std::string_view kScheme = "sha256:";
constexpr std::string_view kKeyPrefix = "sbx_";
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kLongestKey = 512;

std::string_view next_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
  const std::string_view word = line.substr(0, line.find_first_of(kBlanks));
  line.remove_prefix(word.size());
  return word;
}

std::string at_line(std::size_t number, const std::string& what) {
  return "line " + std::to_string(number) + ": " + what;
}

Result<KeyEntry> read_entry(std::string_view line) {
  const std::string_view subject = next_word(line);
  const std::string_view hash = next_word(line);
  const std::string_view name = next_word(line);
  if (!next_word(line).empty()) {
    return Error{
        "there are more than three words; write NAME sha256:HASH and, if you like, what "
        "the key is called"};
  }
  if (!is_subject(subject)) {
    return Error{"the first word is no name; a name is 1 to 63 of letters, digits, '-', '_', '.'"};
  }
  if (!hash.starts_with(kScheme)) {
    return Error{
        "the second word does not begin with sha256:; write the key's hash, never the "
        "key (signalbox access new-key makes both)"};
  }
  const auto value = from_hex(hash.substr(kScheme.size()));
  if (!value) return Error{"sha256: must be followed by 64 hexadecimal digits"};
  if (!name.empty() && !is_subject(name)) {
    return Error{"the third word is no name; a name is 1 to 63 of letters, digits, '-', '_', '.'"};
  }
  return KeyEntry{std::string(subject), std::string(name), *value};
}

bool by_hash(const KeyEntry& a, const KeyEntry& b) { return a.hash < b.hash; }

}  // namespace

bool is_subject(std::string_view text) {
  constexpr std::size_t kLongest = 63;
  const auto is_alphanumeric = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  return !text.empty() && text.size() <= kLongest && is_alphanumeric(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
         });
}

Result<KeyList> KeyList::parse(std::string_view text) {
  struct Line {
    KeyEntry entry;
    std::size_t number;
  };
  std::vector<Line> lines;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line = line.substr(0, line.find('#'));
    if (line.find_first_not_of(kBlanks) == std::string_view::npos) continue;
    auto entry = read_entry(line);
    if (!entry.ok()) return Error{at_line(number, entry.error().message)};
    lines.push_back({std::move(*entry), number});
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const Line& a, const Line& b) { return a.entry.hash < b.entry.hash; });
  KeyList list;
  list.entries_.reserve(lines.size());
  for (Line& line : lines) {
    if (!list.entries_.empty() && list.entries_.back().hash == line.entry.hash) {
      return Error{at_line(line.number, "this hash was given to " + list.entries_.back().subject +
                                            " already; a key stands for one")};
    }
    list.entries_.push_back(std::move(line.entry));
  }
  return list;
}

const KeyEntry* KeyList::find(std::string_view key) const {
  if (entries_.empty() || key.empty() || key.size() > kLongestKey) return nullptr;
  const KeyEntry wanted{{}, {}, sha256(key)};
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), wanted, by_hash);
  if (at == entries_.end() || !equal_in_constant_time(at->hash, wanted.hash)) return nullptr;
  return &*at;
}

std::string make_key() {
  std::array<unsigned char, kKeyBytes> bytes;
  const bool is_random = RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1;
  SIGNALBOX_ASSERT(is_random);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return std::string(kKeyPrefix) + encode_base64url(text);
}

std::string line_for(std::string_view subject, std::string_view key, std::string_view name) {
  std::string line(subject);
  line += "  ";
  line += kScheme;
  line += to_hex(sha256(key));
  if (!name.empty()) {
    line += "  ";
    line += name;
  }
  return line;
}

}  // namespace signalbox::access
