// SPDX-License-Identifier: Apache-2.0
//
// All addresses as 128 bits, compared up to the prefix; see ip_network.h.
#include "base/ip_network.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace signalbox {

namespace {

constexpr int kMappedBits = 96;  // ::ffff:0:0/96 stands before an IPv4 address

bool bit(const std::array<std::uint8_t, 16>& bytes, int place) {
  return (bytes[static_cast<std::size_t>(place / 8)] >> (7 - place % 8) & 1) != 0;
}

// All of `text` as a number of at most `longest` digits in `base`.
std::optional<unsigned> number_of(std::string_view text, std::size_t longest, int base) {
  unsigned value = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value, base);
  const bool is_whole = read.ec == std::errc{} && read.ptr == end && text.size() <= longest;
  return is_whole ? std::optional(value) : std::nullopt;
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// "10.0.0.1" as four bytes; a leading zero could mean octal to somebody, so it means nothing here.
bool append_v4(std::string_view text, std::vector<std::uint8_t>& bytes) {
  const auto parts = split(text, '.');
  for (const auto part : parts) {
    const auto value = number_of(part, 3, 10);
    if (!value || *value > 255 || (part.size() > 1 && part.front() == '0')) return false;
    bytes.push_back(static_cast<std::uint8_t>(*value));
  }
  return parts.size() == 4;
}

// Groups of a half of an IPv6 address, the last of them perhaps an IPv4 address.
bool append_groups(std::string_view text, std::vector<std::uint8_t>& bytes) {
  if (text.empty()) return true;
  const auto groups = split(text, ':');
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (groups[i].find('.') != std::string_view::npos) {
      return i + 1 == groups.size() && append_v4(groups[i], bytes);
    }
    const auto value = number_of(groups[i], 4, 16);
    if (!value) return false;
    bytes.push_back(static_cast<std::uint8_t>(*value >> 8));
    bytes.push_back(static_cast<std::uint8_t>(*value & 0xFF));
  }
  return true;
}

}  // namespace

// RFC 4291 section 2.2: groups of 16 bits, of which one run of zeros may be left out.
std::optional<IpNetwork::Bytes> IpNetwork::read(std::string_view address, bool& is_v4) {
  Bytes bytes{};
  std::vector<std::uint8_t> front, back;
  if (address.find(':') == std::string_view::npos) {
    if (!append_v4(address, back)) return std::nullopt;
    bytes[10] = bytes[11] = 0xff;
  } else {
    const std::size_t gap = address.find("::");
    const bool has_gap = gap != std::string_view::npos;
    if (has_gap && address.substr(0, gap).find('.') != std::string_view::npos) return std::nullopt;
    if (!append_groups(address.substr(0, gap), front)) return std::nullopt;
    if (has_gap && !append_groups(address.substr(gap + 2), back)) return std::nullopt;
    const std::size_t written = front.size() + back.size();
    if (has_gap ? written > bytes.size() - 2 : written != bytes.size()) return std::nullopt;
  }
  std::copy(front.begin(), front.end(), bytes.begin());
  std::copy_backward(back.begin(), back.end(), bytes.end());
  static constexpr Bytes kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  is_v4 = std::equal(kMapped.begin(), kMapped.begin() + kMappedBits / 8, bytes.begin());
  return bytes;
}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  bool is_v4 = false;
  const auto bytes = read(address, is_v4);
  if (!bytes) return std::nullopt;
  const bool written_v4 = address.find(':') == std::string_view::npos;
  const int longest = written_v4 ? 32 : 128;
  int bits = longest;
  if (slash != std::string_view::npos) {
    const std::string_view length = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bits);
    const bool is_number = error == std::errc{} && end == length.data() + length.size();
    if (!is_number || bits < 0 || bits > longest) return std::nullopt;
  }
  IpNetwork network;
  network.prefix_ = *bytes;
  network.bits_ = written_v4 ? kMappedBits + bits : bits;
  for (int place = network.bits_; place < 128; ++place) {
    if (bit(network.prefix_, place)) return std::nullopt;
  }
  return network;
}

bool IpNetwork::contains(std::string_view address) const {
  bool is_v4 = false;
  const auto bytes = read(address, is_v4);
  // A prefix that is too short to tell IPv4 apart speaks of IPv6 addresses only.
  if (!bytes || (is_v4 && bits_ < kMappedBits)) return false;
  for (int place = 0; place < bits_; ++place) {
    if (bit(*bytes, place) != bit(prefix_, place)) return false;
  }
  return true;
}

}  // namespace signalbox
