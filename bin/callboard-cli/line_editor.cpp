#include "bin/callboard-cli/line_editor.hpp"

#include <langinfo.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <clocale>
#include <cstdio>
#include <cstring>
#include <cwchar>
#include <stdexcept>

#include "bin/callboard-cli/screen_position.hpp"

namespace callboard::cli {

namespace {

constexpr int history_lines = 500;

// How long the rest of a key (a sequence after Escape, a character of several bytes) may take to follow its beginning.
// Escape alone is given up after it: nothing else may stand still until the next key.
constexpr int rest_of_key_milliseconds = 100;

constexpr char end_of_input = '\x04';

// The protocol's texts are UTF-8 whatever the locale; the editor takes what it reads and shows from the locale.
EditLine* open_editor() {
  std::setlocale(LC_ALL, "");
  if (std::strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
    std::setlocale(LC_CTYPE, "C.UTF-8");
  std::setlocale(LC_NUMERIC, "C");
  return el_init("callboard-cli", stdin, stdout, stderr);
}

int columns_of_terminal() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

} // namespace

line_editor::line_editor() : history_(history_init()), editor_(open_editor()) {
  if (!history_ || !editor_)
    throw std::runtime_error("the line editor cannot start on this terminal");
  HistEvent event{};
  history(history_.get(), &event, H_SETSIZE, history_lines);
  auto* editor = editor_.get();
  el_set(editor, EL_CLIENTDATA, this);
  el_set(editor, EL_SIGNAL, 0); // signals come by way of the event loop
  el_set(editor, EL_EDITOR, "emacs");
  el_set(editor, EL_HIST, history, history_.get());
  el_set(editor, EL_PROMPT, prompt_of);
  el_set(editor, EL_GETCFN, read_character);
  el_wset(editor, EL_ADDFN, L"callboard-enter", L"Hand the line over",
          on_enter); // el_set leaks what it makes of the texts
  el_set(editor, EL_BIND, "^R", "em-inc-search-prev", nullptr);
  el_set(editor, EL_BIND, "\\t", "ed-insert", nullptr); // there is nothing to complete
  el_source(editor, nullptr);
  el_set(editor, EL_BIND, "^M", "callboard-enter", nullptr);
  el_set(editor, EL_BIND, "^J", "callboard-enter", nullptr);
}

line_editor::~line_editor() {
  end();
}

line_editor& line_editor::of(EditLine* editor) {
  void* self = nullptr;
  el_get(editor, EL_CLIENTDATA, &self);
  return *static_cast<line_editor*>(self);
}

char* line_editor::prompt_of(EditLine* editor) {
  return of(editor).prompt_.data();
}

// 1 with a character, 0 if none came in time or none will.
int line_editor::read_character(EditLine* editor, wchar_t* character) {
  auto& self = of(editor);
  std::mbstate_t state{};
  while (true) {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    if (::poll(&input, 1, rest_of_key_milliseconds) == 0)
      return 0;
    char byte = 0;
    if (::read(STDIN_FILENO, &byte, 1) != 1) {
      self.closed_ = true;
      return 0;
    }
    const auto size = std::mbrtowc(character, &byte, 1, &state);
    if (size == static_cast<std::size_t>(-1)) {
      *character = L'\uFFFD';
      return 1;
    }
    if (size != static_cast<std::size_t>(-2))
      return 1;
  }
}

unsigned char line_editor::on_enter(EditLine* editor, int) {
  of(editor).entered_ = true;
  return CC_NORM;
}

void line_editor::begin(std::string prompt, enter how) {
  end();
  prompt_ = std::move(prompt);
  how_ = how;
  editing_ = true;
  el_set(editor_.get(), EL_UNBUFFERED, 1);
}

void line_editor::end() {
  if (!editing_)
    return;
  hide();
  leave_terminal();
}

void line_editor::leave_terminal() {
  editing_ = false;
  el_set(editor_.get(), EL_UNBUFFERED, 0);
  std::fflush(stdout);
}

std::optional<line_editor::outcome> line_editor::read_key() {
  int count = 0;
  const char* line = el_gets(editor_.get(), &count);
  if (entered_) {
    entered_ = false;
    return take_text();
  }
  // The editor says by this character that the line was empty when Ctrl-D was pressed.
  const bool is_end = count == 1 && line != nullptr && *line == end_of_input;
  if (!is_end && !closed_)
    return std::nullopt;
  leave_terminal();
  std::fputc('\n', stdout);
  return outcome{true, {}};
}

line_editor::outcome line_editor::take_text() {
  const auto* shown = el_line(editor_.get());
  outcome taken{false, {shown->buffer, shown->lastchar}};
  if (how_ == enter::ends_line) {
    hide();
    std::fputs((prompt_ + taken.text).c_str(), stdout);
    leave_terminal();
    std::fputc('\n', stdout);
  } else {
    hide();
    const auto* line = el_wline(editor_.get());
    el_cursor(editor_.get(), static_cast<int>(line->lastchar - line->cursor));
    el_deletestr(editor_.get(), static_cast<int>(line->lastchar - line->buffer));
    show();
  }
  return taken;
}

void line_editor::hide() {
  const auto* line = el_line(editor_.get());
  const auto before = prompt_ + std::string(line->buffer, line->cursor);
  for (int row = row_after(before, columns_of_terminal()); row > 0; --row)
    std::fputs("\x1b[A", stdout);
  std::fputs("\r\x1b[J", stdout);
}

void line_editor::show() {
  std::fflush(stdout);
  el_set(editor_.get(), EL_REFRESH);
}

void line_editor::remember(const std::string& line) {
  HistEvent event{};
  history(history_.get(), &event, H_ENTER, line.c_str());
}

void line_editor::resize() {
  el_resize(editor_.get());
}

} // namespace callboard::cli
