#include "adapters/smtp/mailer.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>

#include <curl/curl.h>

#include "adapters/smtp/letter.hpp"

namespace callboard::smtp {
namespace {

void initialise_library() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

struct upload {
  std::string_view left;
};

std::size_t read_upload(char* target, std::size_t size, std::size_t count, void* state) {
  auto& left = static_cast<upload*>(state)->left;
  auto taken = std::min(size * count, left.size());
  std::memcpy(target, left.data(), taken);
  left.remove_prefix(taken);
  return taken;
}

using handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using string_list = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

caf::result<done> send(const mailer_config& config, const mail_message& mail) {
  auto letter = write_letter(mail, config.from);
  if (!letter)
    return make_failure(errc::not_available, "The mail's address or subject cannot be sent.");
  handle session{curl_easy_init(), curl_easy_cleanup};
  auto sender = '<' + config.from + '>';
  auto recipient = '<' + mail.to + '>';
  string_list recipients{curl_slist_append(nullptr, recipient.c_str()), curl_slist_free_all};
  if (!session || !recipients)
    return make_failure(errc::unavailable, "There is no memory for a mail.");
  upload content{*letter};
  auto* curl = session.get();
  curl_easy_setopt(curl, CURLOPT_URL, config.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(curl, CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_TRY));
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(config.connect_timeout.count()));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(config.timeout.count()));
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L); // time-outs without signals: other threads live here
  curl_easy_setopt(curl, CURLOPT_PROXY, "");    // an HTTP proxy of the environment is not meant for mail
  curl_easy_setopt(curl, CURLOPT_MAIL_FROM, sender.c_str());
  curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_upload);
  curl_easy_setopt(curl, CURLOPT_READDATA, &content);
  auto outcome = curl_easy_perform(curl);
  if (outcome == CURLE_OK)
    return done{};
  long code = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
  auto detail = std::string{"The mail server did not take the mail: "} + curl_easy_strerror(outcome) +
                (code > 0 ? " (" + std::to_string(code) + ")" : "");
  return make_failure(code >= 500 && code < 600 ? errc::not_available : errc::unavailable, std::move(detail));
}

} // namespace

std::string check_url(const std::string& url) {
  if (url.empty())
    return {};
  if (!url.starts_with("smtp://") && !url.starts_with("smtps://"))
    return "must begin with smtp:// or smtps://";
  initialise_library();
  std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed{curl_url(), curl_url_cleanup};
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK)
    return "must be smtp://[user:password@]host[:port]";
  return {};
}

mailer_actor::behavior_type mailer(mailer_actor::stateful_pointer<mailer_state>, mailer_config config) {
  initialise_library();
  return {[config](const mail_message& mail) { return send(config, mail); }};
}

} // namespace callboard::smtp
