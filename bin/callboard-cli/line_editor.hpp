#pragma once

#include <memory>
#include <optional>
#include <string>

#include <histedit.h>

namespace callboard::cli {

/// Line editing on the terminal of this process by libedit, one key at a time, with a history in memory. Keys can be
/// bound in ~/.editrc. Text is UTF-8. Sets the locale of the process.
class line_editor {
public:
  /// What the Enter key does.
  enum class enter {
    ends_line, ///< the line stays on the screen and editing ends
    takes_text ///< the text is taken out of the line, which goes on empty
  };

  struct outcome {
    bool is_end = false; ///< Ctrl-D on an empty line, or the terminal is gone
    std::string text;
  };

  line_editor();
  line_editor(const line_editor&) = delete;
  line_editor& operator=(const line_editor&) = delete;
  ~line_editor();

  bool editing() const { return editing_; }
  const std::string& prompt() const { return prompt_; }

  /// Shows the prompt and takes over the terminal.
  void begin(std::string prompt, enter how);

  /// Clears the line from the screen and gives the terminal back.
  void end();

  /// Handles the key that was pressed; to be called when standard input can be read. Answers once Enter was pressed.
  std::optional<outcome> read_key();

  /// Takes the line off the screen, so that something else can be written there; `show` brings it back below that.
  void hide();
  void show();

  /// Adds a line to the history.
  void remember(const std::string& line);

  /// The terminal has another size.
  void resize();

private:
  struct close_editor {
    void operator()(EditLine* editor) const { el_end(editor); }
  };
  struct close_history {
    void operator()(History* history) const { history_end(history); }
  };

  static line_editor& of(EditLine* editor);
  static char* prompt_of(EditLine* editor);
  static int read_character(EditLine* editor, wchar_t* character);
  static unsigned char on_enter(EditLine* editor, int key);

  outcome take_text();
  void leave_terminal();

  std::unique_ptr<History, close_history> history_;
  std::unique_ptr<EditLine, close_editor> editor_;
  std::string prompt_;
  enter how_ = enter::ends_line;
  bool editing_ = false;
  bool entered_ = false; ///< Enter was pressed
  bool closed_ = false;  ///< nothing more can be read
};

} // namespace callboard::cli
