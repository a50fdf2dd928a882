// SPDX-License-Identifier: Apache-2.0
//
// Whose keys there are, as a file of lines: whom a key stands for, the key's hash, and if wanted a
// name by which logs call it.
//
//   acme      sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08  ci
//
// Plain SHA-256 is right here, and would be wrong for passwords: a key is 256 random bits, so there
// is nothing to guess, and a slow hash would only let anybody who sends nonsense keep us busy.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "access/sha256.h"
#include "base/result.h"

namespace signalbox::access {

struct KeyEntry {
  std::string subject;  // a tenant or a role
  std::string name;     // of the key; empty = none was given
  Sha256 hash{};
};

class KeyList {
 public:
  KeyList() = default;

  // Blank lines and what follows a '#' say nothing. The error names the line, and never what may be
  // a key that somebody wrote there by mistake.
  static Result<KeyList> parse(std::string_view text);

  // Who holds the key, or nullptr. Found by its hash: how long that takes depends on hashes only,
  // and whoever learns how far his own agrees with another is no nearer to that one's key.
  const KeyEntry* find(std::string_view key) const;

  bool empty() const { return entries_.empty(); }
  const std::vector<KeyEntry>& entries() const { return entries_; }  // by hash

 private:
  std::vector<KeyEntry> entries_;
};

// What may stand for somebody: 1 to 63 of letters, digits, '-', '_' and '.', as names of services.
bool is_subject(std::string_view text);

// A key that nobody can guess: 256 bits of the system's randomness, after letters by which people
// and scanners of leaked secrets know what it is. REQUIRES: the system has randomness to give.
std::string make_key();

// The line of the file for a key.
std::string line_for(std::string_view subject, std::string_view key, std::string_view name);

}  // namespace signalbox::access
