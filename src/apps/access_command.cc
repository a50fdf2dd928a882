// SPDX-License-Identifier: Apache-2.0
//
// `signalbox access new-key`: a key, shown once and kept nowhere, and the line that lets it in.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <string>

#include "access/key_list.h"
#include "apps/commands.h"
#include "apps/exit_code.h"

namespace signalbox::apps {

int new_key_command(const NewKeyOptions& options) {
  const bool is_role = !options.role.empty();
  const std::string& subject = is_role ? options.role : options.tenant;
  for (const std::string* name : {&subject, &options.name}) {
    if (access::is_subject(*name) || (name == &options.name && name->empty())) continue;
    fmt::print(stderr,
               "signalbox access new-key: '{}' is no name; write 1 to 63 of letters, digits, '-', "
               "'_' and '.'\n",
               *name);
    return kExitBadUsage;
  }
  const std::string key = access::make_key();
  const std::string line = access::line_for(subject, key, options.name);
  const char* file = is_role ? "gateway.admin_access.keys_file" : "access.keys_file";
  if (options.json) {
    const boost::json::object object = {{is_role ? "role" : "tenant", subject},
                                        {"name", options.name},
                                        {"key", key},
                                        {"line", line},
                                        {"file", file}};
    fmt::print("{}\n", boost::json::serialize(object));
    return kExitOk;
  }
  fmt::print(
      "The key, shown this once; give it to whoever will use it:\n\n"
      "  {}\n\n"
      "The line for {}, in force after a reload:\n\n"
      "  {}\n",
      key, file, line);
  return kExitOk;
}

}  // namespace signalbox::apps
