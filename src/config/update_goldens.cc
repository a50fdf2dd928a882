// SPDX-License-Identifier: Apache-2.0
//
// Writes every golden file of this room anew. Run by the target config_update_goldens, after a
// message or the table has changed on purpose; the diff is then the thing to review.
#include <cstdio>
#include <fstream>

#include "config/goldens.h"

int main() {
  for (const auto& golden : signalbox::config::goldens()) {
    if (signalbox::config::contents_of(golden.path) == golden.actual) continue;
    std::ofstream file(golden.path, std::ios::binary);
    file << golden.actual;
    file.close();
    if (!file) {
      std::fprintf(stderr, "cannot write %s: run this from the top of the tree\n",
                   golden.path.c_str());
      return 1;
    }
    std::printf("wrote %s\n", golden.path.c_str());
  }
  return 0;
}
