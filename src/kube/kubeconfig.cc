// SPDX-License-Identifier: Apache-2.0
//
// See kubeconfig.h. The format: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
#include "kube/kubeconfig.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <charconv>
#include <exception>
#include <filesystem>
#include <optional>
#include <utility>

#include "wire/base64.h"

namespace signalbox::kube {

namespace {

constexpr std::string_view kAuthentication = "client.authentication.k8s.io/";

struct Document {
  std::string path;
  YAML::Node root;
};

// Thrown within this file only: a complaint from any depth of a reading.
struct Complaint {
  std::string message;
};

std::string text_of(const YAML::Node& node, const char* key, const std::string& where) {
  if (!node.IsMap()) return {};
  const YAML::Node value = node[key];
  if (!value || value.IsNull()) return {};
  if (!value.IsScalar()) throw Complaint{fmt::format("{}: {} is no text", where, key)};
  return value.Scalar();
}

bool flag_of(const YAML::Node& node, const char* key, const std::string& where) {
  const std::string text = text_of(node, key, where);
  if (text.empty() || text == "false") return false;
  if (text == "true") return true;
  throw Complaint{fmt::format("{}: {} is '{}': true or false", where, key, text)};
}

std::string decoded(const YAML::Node& node, const char* key, const std::string& where) {
  const std::string text = text_of(node, key, where);
  if (text.empty()) return {};
  std::string packed;
  for (const char c : text) {
    if (c != '\n' && c != '\r' && c != ' ') packed += c;
  }
  auto data = wire::base64_decode(packed);
  if (!data.ok()) throw Complaint{fmt::format("{}: {} is no base64", where, key)};
  return std::move(*data);
}

// A path of a file is relative to the kubeconfig that names it.
std::string path_of(const YAML::Node& node, const char* key, const Document& document,
                    const std::string& where) {
  const std::string text = text_of(node, key, where);
  if (text.empty()) return {};
  return (std::filesystem::path(document.path).parent_path() / text).lexically_normal().string();
}

struct Found {
  const Document* document = nullptr;
  YAML::Node body{};
  std::string where{};  // for complaints
};

// The entry `name` of a list such as clusters: [{name: .., cluster: {..}}].
Found find(const std::vector<Document>& documents, const char* list, const char* inner,
           const std::string& name, const std::string& asker) {
  std::string known;
  for (const Document& document : documents) {
    const YAML::Node entries = document.root[list];
    if (!entries || !entries.IsSequence()) continue;
    for (const auto& entry : entries) {
      if (!entry.IsMap()) continue;
      const std::string entry_name = text_of(entry, "name", document.path);
      if (entry_name == name) {
        const std::string where = fmt::format("{}: {} {}", document.path, inner, name);
        const YAML::Node body = entry[inner];
        if (!body || !body.IsMap()) throw Complaint{where + ": says nothing"};
        return {&document, body, where};
      }
      known += (known.empty() ? "" : ", ") + entry_name;
    }
  }
  throw Complaint{fmt::format("{} names the {} '{}', and there is none among {}{}", asker, inner,
                              name, list, known.empty() ? "" : ", which has " + known)};
}

void read_cluster(const Found& cluster, Access& access) {
  const auto& [document, body, where] = cluster;
  const std::string url = text_of(body, "server", where);
  if (const auto read = read_server_url(url, access); !read.ok()) {
    throw Complaint{fmt::format("{}: server: {}", where, read.error().message)};
  }
  if (!text_of(body, "proxy-url", where).empty()) {
    throw Complaint{where +
                    ": proxy-url: the API server is spoken to directly, and through no proxy: "
                    "choose a context whose server is reached without one"};
  }
  if (access.tls && flag_of(body, "insecure-skip-tls-verify", where)) {
    throw Complaint{where +
                    ": insecure-skip-tls-verify: a server that nobody vouches for is shown no "
                    "credential: give certificate-authority or certificate-authority-data instead"};
  }
  access.tls_name = text_of(body, "tls-server-name", where);
  access.ca_pem = decoded(body, "certificate-authority-data", where);
  if (access.ca_pem.empty()) {
    access.ca_file = path_of(body, "certificate-authority", *document, where);
  }
}

ExecPlugin read_exec(const YAML::Node& node, const Document& document, const std::string& where) {
  ExecPlugin plugin;
  plugin.api_version = text_of(node, "apiVersion", where);
  if (plugin.api_version != std::string(kAuthentication) + "v1" &&
      plugin.api_version != std::string(kAuthentication) + "v1beta1") {
    throw Complaint{fmt::format("{}: apiVersion is '{}': {}v1 or {}v1beta1", where,
                                plugin.api_version, kAuthentication, kAuthentication)};
  }
  plugin.command = text_of(node, "command", where);
  if (plugin.command.empty()) throw Complaint{where + ": command is missing"};
  // As kubectl: a name is looked for along PATH, what has a '/' lies beside the kubeconfig.
  if (plugin.command.find('/') != std::string::npos) {
    plugin.command = path_of(node, "command", document, where);
  }
  if (text_of(node, "interactiveMode", where) == "Always") {
    throw Complaint{where + ": interactiveMode is Always, and there is nobody to be asked"};
  }
  plugin.wants_cluster = flag_of(node, "provideClusterInfo", where);
  plugin.install_hint = text_of(node, "installHint", where);
  if (const YAML::Node arguments = node["args"]; arguments && arguments.IsSequence()) {
    for (const auto& argument : arguments) plugin.arguments.push_back(argument.as<std::string>());
  }
  if (const YAML::Node variables = node["env"]; variables && variables.IsSequence()) {
    for (const auto& variable : variables) {
      plugin.variables.emplace_back(text_of(variable, "name", where),
                                    text_of(variable, "value", where));
    }
  }
  return plugin;
}

void read_user(const Found& user, Access& access) {
  const auto& [document, body, where] = user;
  if (body["auth-provider"]) {
    throw Complaint{where +
                    ": auth-provider is no longer part of Kubernetes (since 1.26): use exec"};
  }
  if (body["username"] || body["password"]) {
    throw Complaint{where +
                    ": username and password are no longer accepted by API servers (since 1.19): "
                    "use a token, a certificate or exec"};
  }
  if (!text_of(body, "as", where).empty()) {
    throw Complaint{where + ": as: nobody else is impersonated: use that user's own credentials"};
  }
  if (const YAML::Node exec = body["exec"]; exec && exec.IsMap()) {
    access.exec = read_exec(exec, *document, where + ": exec");
  }
  // A token file goes before a token, since what it holds is newer (client-go).
  access.token_file = path_of(body, "tokenFile", *document, where);
  if (access.token_file.empty()) access.token = text_of(body, "token", where);
  access.certificate_pem = decoded(body, "client-certificate-data", where);
  if (access.certificate_pem.empty()) {
    access.certificate_file = path_of(body, "client-certificate", *document, where);
  }
  access.key_pem = decoded(body, "client-key-data", where);
  if (access.key_pem.empty()) access.key_file = path_of(body, "client-key", *document, where);
  const bool has_certificate = !access.certificate_pem.empty() || !access.certificate_file.empty();
  const bool has_key = !access.key_pem.empty() || !access.key_file.empty();
  if (has_certificate != has_key) {
    throw Complaint{fmt::format("{}: has a client {} and no client {}", where,
                                has_certificate ? "certificate" : "key",
                                has_certificate ? "key" : "certificate")};
  }
}

Access read_context(const std::vector<Document>& documents, std::string name,
                    const std::string& where) {
  std::string asker = "the configuration";
  if (name.empty()) {
    for (const Document& document : documents) {
      name = text_of(document.root, "current-context", document.path);
      asker = document.path + ": current-context";
      if (!name.empty()) break;
    }
    if (name.empty()) {
      throw Complaint{where + ": has no current-context: say which context is meant"};
    }
  }
  const Found context = find(documents, "contexts", "context", name, asker);
  Access access;
  access.origin = fmt::format("context {} of {}", name, context.document->path);
  const std::string cluster = text_of(context.body, "cluster", context.where);
  if (cluster.empty()) throw Complaint{context.where + ": cluster is missing"};
  read_cluster(find(documents, "clusters", "cluster", cluster, context.where), access);
  const std::string user = text_of(context.body, "user", context.where);
  if (!user.empty()) read_user(find(documents, "users", "user", user, context.where), access);
  const std::string space = text_of(context.body, "namespace", context.where);
  if (!space.empty()) access.name_space = space;
  return access;
}

}  // namespace

Result<bool> read_server_url(std::string_view url, Access& into) {
  const std::string_view whole = url;
  if (url.starts_with("https://")) {
    into.tls = true;
    url.remove_prefix(8);
  } else if (url.starts_with("http://")) {
    into.tls = false;
    url.remove_prefix(7);
  } else {
    return Error{fmt::format("'{}' is no https://HOST:PORT", whole)};
  }
  const std::size_t slash = std::min(url.find('/'), url.size());
  std::string_view host = url.substr(0, slash);
  std::string_view path = url.substr(slash);
  while (path.ends_with('/')) path.remove_suffix(1);
  into.base_path = path;
  std::string_view port;
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    if (end == host.npos) return Error{fmt::format("'{}' has no ']' behind its address", whole)};
    port = host.substr(end + 1);
    host = host.substr(1, end - 1);
  } else if (const std::size_t colon = host.find(':'); colon != host.npos) {
    port = host.substr(colon);
    host = host.substr(0, colon);
  }
  into.address.port = into.tls ? 443 : 80;
  if (!port.empty()) {
    const char* end = port.data() + port.size();
    const auto [stop, error] = std::from_chars(port.data() + 1, end, into.address.port);
    if (port.front() != ':' || error != std::errc{} || stop != end || into.address.port == 0) {
      return Error{fmt::format("'{}' has no port between 1 and 65535", whole)};
    }
  }
  for (const char c : whole) {
    if (c <= ' ' || c >= 0x7f || c == '@' || c == '?' || c == '#') {
      return Error{fmt::format("'{}' is no https://HOST:PORT", whole)};
    }
  }
  if (host.empty()) return Error{fmt::format("'{}' names no host", whole)};
  into.address.host = host;
  return true;
}

Result<Access> read_kubeconfig(const std::vector<KubeconfigFile>& files,
                               const std::string& context) {
  std::vector<Document> documents;
  std::string where;
  for (const auto& file : files) {
    try {
      Document document{file.path, YAML::Load(file.text)};
      if (!document.root.IsMap()) {
        return Error{file.path +
                     ": is no kubeconfig: apiVersion, clusters, contexts and users are "
                     "expected"};
      }
      documents.push_back(std::move(document));
      where += (where.empty() ? "" : ", ") + file.path;
    } catch (const std::exception& problem) {
      return Error{fmt::format("{}: is no YAML: {}", file.path, problem.what())};
    }
  }
  try {
    return read_context(documents, context, where);
  } catch (const Complaint& complaint) {
    return Error{complaint.message};
  } catch (const std::exception& problem) {
    return Error{fmt::format("{}: {}", where, problem.what())};
  }
}

}  // namespace signalbox::kube
