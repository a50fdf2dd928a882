// SPDX-License-Identifier: Apache-2.0
//
// Tokens that were verified lately: a client sends the same one for minutes, and to check a
// signature takes a hundred times as long as to look it up. A fixed table, in which a newcomer
// takes the place of whoever had it: bounded whatever is sent. Only tokens that held are kept, by
// their hash, so that the table cannot be asked for one; and none beyond its end. Of one loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "access/sha256.h"

namespace signalbox::access {

class VerifiedTokens {
 public:
  explicit VerifiedTokens(std::size_t places = 1024) : places_(places) {}

  // Whom the token names, or nullptr where that is to be verified. `policy` numbers what it was
  // verified by: another number, and nothing is known any more.
  const std::string* find(const Sha256& token, std::uint64_t policy, std::int64_t unix_s) const {
    const Place& place = places_[number_of(token)];
    const bool holds = place.policy == policy && unix_s < place.until_s && place.token == token;
    return holds ? &place.subject : nullptr;
  }

  // REQUIRES: verified, now, and holding until `until_s`.
  void keep(const Sha256& token, std::uint64_t policy, std::string_view subject,
            std::int64_t until_s) {
    Place& place = places_[number_of(token)];
    place.token = token;
    place.policy = policy;
    place.subject = subject;
    place.until_s = until_s;
  }

 private:
  struct Place {
    Sha256 token{};
    std::uint64_t policy = 0;
    std::int64_t until_s = 0;  // since the Unix epoch
    std::string subject;
  };

  // A hash is as random in its first bytes as anywhere.
  std::size_t number_of(const Sha256& token) const {
    const auto number = token[0] | std::size_t{token[1]} << 8 | std::size_t{token[2]} << 16;
    return number % places_.size();
  }

  std::vector<Place> places_;
};

}  // namespace signalbox::access
