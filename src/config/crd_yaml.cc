// SPDX-License-Identifier: Apache-2.0
//
// See crd_yaml.h.
#include "config/crd_yaml.h"

#include <yaml-cpp/yaml.h>

#include <boost/json.hpp>

namespace signalbox::config {

namespace {

namespace json = boost::json;

void emit(const json::value& value, YAML::Emitter& out) {
  switch (value.kind()) {
    case json::kind::object:
      if (value.get_object().empty()) {
        out << YAML::Flow << YAML::BeginMap << YAML::EndMap;
        return;
      }
      out << YAML::BeginMap;
      for (const auto& member : value.get_object()) {
        out << YAML::Key << std::string(member.key()) << YAML::Value;
        emit(member.value(), out);
      }
      out << YAML::EndMap;
      return;
    case json::kind::array:
      out << YAML::BeginSeq;
      for (const auto& item : value.get_array()) emit(item, out);
      out << YAML::EndSeq;
      return;
    case json::kind::string:
      out << YAML::DoubleQuoted << std::string(value.get_string());
      return;
    case json::kind::bool_:
      out << value.get_bool();
      return;
    case json::kind::int64:
      out << value.get_int64();
      return;
    case json::kind::uint64:
      out << value.get_uint64();
      return;
    case json::kind::double_:
      out << value.get_double();
      return;
    case json::kind::null:
      out << YAML::Null;
      return;
  }
}

}  // namespace

std::string to_yaml(const json::value& value) {
  YAML::Emitter out;
  out.SetIndent(2);
  emit(value, out);
  return std::string(out.c_str()) + "\n";
}

}  // namespace signalbox::config
