// SPDX-License-Identifier: Apache-2.0
//
// Secrets come from files, and only from files that keep them: not readable by everybody on the
// machine where the content is the secret itself, and never writable by others than the owner,
// since who can write the list of keys can let himself in. Readable by the group is allowed: that
// is how a service is given a file that it does not own.
#pragma once

#include <string>

#include "base/result.h"

namespace signalbox::access {

enum class Content {
  kSecret,  // the secret itself: not for everybody to read
  kHashes,  // or public keys: anybody may read them
};

// What the file holds, without line breaks at its end: editors put one there, no secret ends with
// one. The error says what is wrong and how to mend it, and nothing of what the file holds.
Result<std::string> read_secret_file(const std::string& path, Content content);

}  // namespace signalbox::access
