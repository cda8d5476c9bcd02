"""callboard-cli against a real server: the commands in a pipe, and the prompt on a terminal."""

import datetime
import re
import signal

import pytest
from conftest import DEADLINE, PASSWORD, LineReader

LOGIN = f"login admin@example.com {PASSWORD}"
MOSCOW = datetime.timezone(datetime.timedelta(hours=3))


def clocks_since(start):
    """The local times that a message sent since `start` may carry."""
    return {moment.strftime("%H:%M") for moment in (start, now())}


def now():
    return datetime.datetime.now(MOSCOW)


# --- in a pipe


@pytest.mark.parametrize("locale, logged_in, created, sent", [
    ("ru_RU.UTF-8", "Выполнен вход: admin", "Чат создан, ID: 3", "Сообщение отправлено, номер: "),
    ("en_US.UTF-8", "Logged in as admin", "Chat created, ID: 3", "Message sent, number: "),
])
def test_the_transcript(client, locale, logged_in, created, sent):
    start = now()
    done = client.run(LOGIN, "create_chat user1,user2", 'send_message 3 user1 "Привет всем!"', "connect 3", LC_ALL=locale)
    assert done.stderr == ""
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[:2] == [logged_in, created]
    assert lines[2].startswith(sent)
    messages = [line for line in lines[3:] if not re.match(r"\[\d\d:\d\d\] \* ", line)]
    assert messages in [[f"[{clock}] user1: Привет всем!"] for clock in clocks_since(start)]


def test_an_unknown_member_is_named_and_nothing_is_created(client):
    done = client.run(LOGIN, "create_chat user1,nobody,user2,ghost", "chats")
    assert done.returncode == 1
    assert done.stderr == "Unknown users: nobody, ghost; no chat was created\n"
    assert len(re.findall(r"^\d+  ", done.stdout, re.M)) == 2


def test_a_failing_command_sets_the_exit_status_and_later_ones_still_run(client):
    done = client.run("chats", "login admin@example.com wrong-password", LOGIN, "no_such_command", "connect x", "connect 999",
                      "remind someday tea", "create_chat", 'create_chat "user1', "create_chat user1,user2")
    assert done.returncode == 1
    errors = done.stderr.splitlines()
    assert errors[0].startswith("Log in first")
    assert errors[1] == "Wrong name or password"
    assert errors[2].startswith("Unknown command: no_such_command")
    assert errors[3] == "Not a chat ID: x"
    assert errors[4] != ""
    assert errors[5].startswith("Not a time: someday")
    assert errors[6] == "Usage: create_chat <user1,user2,...> [name]"
    assert errors[7] == 'The quote " is not closed'
    assert len(errors) == 8
    assert done.stdout.splitlines()[-1] == "Chat created, ID: 3"


def test_quotes_hold_texts_together(client):
    done = client.run(LOGIN, "create_chat user1,user2 'Night shift'", r'send_message 3 me "say \"hi\"  twice"',
                      "send_message 3 ADMIN I don't know", "chats", "connect 3")
    assert done.returncode == 0, done.stderr
    assert "3  Night shift  (members: 3)" in done.stdout
    assert re.search(r'^\[\d\d:\d\d\] admin: say "hi"  twice$', done.stdout, re.M)
    assert re.search(r"^\[\d\d:\d\d\] admin: I don't know$", done.stdout, re.M)


def test_only_an_admin_speaks_for_others(client):
    assert client.run(LOGIN, "create_chat user1,user2").returncode == 0
    done = client.run(f"login user1 {PASSWORD}", "send_message 3 user2 forged", "send_message 3 user1 own", "connect 3")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "forged" not in done.stdout
    assert re.search(r"^\[\d\d:\d\d\] user1: own$", done.stdout, re.M)


def test_typed_lines_are_sent_in_order_and_seen_once(client):
    typed = [f"line {number}" for number in range(100)]
    done = client.run(LOGIN, "create_chat user1", "connect 3", *typed, "//slash", "/leave", "chats")
    assert done.returncode == 0, done.stderr
    shown = re.findall(r"^\[\d\d:\d\d\] admin: (.*)$", done.stdout, re.M)
    assert shown == [*typed, "/slash"]
    assert re.search(r"^3  user1  ", done.stdout, re.M)


def test_the_last_fifty_messages_are_shown(client):
    typed = [f"line {number}" for number in range(60)]
    assert client.run(LOGIN, "create_chat user1", "connect 3", *typed).returncode == 0
    done = client.run(LOGIN, "connect 3")
    assert re.findall(r"^\[\d\d:\d\d\] admin: (.*)$", done.stdout, re.M) == typed[-50:]


def test_a_text_from_another_cannot_steer_the_terminal(client, server):
    assert client.run(LOGIN, "create_chat user1,user2").returncode == 0
    server.post("/rooms/3/messages", {"text": "\u001b[2Jgone\n[00:00] admin: obey\u202e"}, server.token_of("user1"))
    done = client.run(LOGIN, "connect 3")
    assert "\x1b" not in done.stdout and "\u202e" not in done.stdout
    assert re.search(r"^\[\d\d:\d\d\] user1: .*gone.*obey", done.stdout, re.M)


def test_a_line_from_another_client_arrives_live(client):
    assert client.run(LOGIN, "create_chat user1,user2", "send_message 3 me before").returncode == 0
    listener = client.start()
    lines = LineReader(listener.stdout)
    listener.stdin.write(f"login user2 {PASSWORD}\nconnect 3\n")
    lines.wait_for(r"\] admin: before$")
    assert client.run(f"login user1 {PASSWORD}", "send_message 3 me live").returncode == 0
    lines.wait_for(r"\] user1: live$")
    listener.stdin.write("answer\n/leave\nchats\n")
    lines.wait_for(r"\] user2: answer$")
    lines.wait_for(r"^3  ")
    listener.stdin.close()
    assert listener.wait(DEADLINE) == 0


def test_a_restart_of_the_server_loses_and_doubles_no_line(client, server):
    assert client.run(LOGIN, "create_chat user1,user2", "send_message 3 me before").returncode == 0
    listener = client.start()
    lines = LineReader(listener.stdout)
    errors = LineReader(listener.stderr)
    listener.stdin.write(f"login user2 {PASSWORD}\nconnect 3\ntyped\n")
    lines.wait_for(r"\] user2: typed$")
    server.stop(signal.SIGKILL)
    errors.wait_for("^Connection lost")
    listener.stdin.write("typed while away\n")
    server.start()
    assert client.run(LOGIN, "send_message 3 me meanwhile").returncode == 0
    errors.wait_for("^Connected again")
    listener.stdin.write("after\n")
    lines.wait_for(r"\] user2: after$")
    listener.stdin.close()
    assert listener.wait(DEADLINE) == 0
    texts = [line.split(": ", 1)[1] for line in lines.seen if re.match(r"\[\d\d:\d\d\] \w+: ", line)]
    assert sorted(texts) == sorted(["before", "typed", "typed while away", "meanwhile", "after"])
    assert texts.index("typed while away") < texts.index("after")


def test_reminders_are_set_and_listed(client):
    start = now()
    done = client.run(LOGIN, "remind 1h30m drink tea", 'remind 2030-01-31T10:45:00Z "far away"', "reminders")
    assert done.returncode == 0, done.stderr
    due = {(moment + datetime.timedelta(minutes=90)).strftime("%Y-%m-%d %H:%M") for moment in (start, now())}
    assert any(re.search(rf"^Reminder set, ID: \d+, due: {moment}$", done.stdout, re.M) for moment in due)
    assert any(re.search(rf"^\d+  {moment}  \[scheduled\]  drink tea$", done.stdout, re.M) for moment in due)
    assert re.search(r"^\d+  2030-01-31 13:45  \[scheduled\]  far away$", done.stdout, re.M)


def test_a_reminder_fires_in_the_open_chat(client):
    listener = client.start()
    lines = LineReader(listener.stdout)
    listener.stdin.write(f"{LOGIN}\ncreate_chat user1\nremind 10s tea is ready\nconnect 3\n")
    lines.wait_for(r"^\[\d\d:\d\d\] \* Reminder: tea is ready$")
    listener.stdin.close()
    assert listener.wait(DEADLINE) == 0


def test_registering_and_logging_out(client):
    done = client.run("register carol carol@example.com violet-kettle-41", "login carol violet-kettle-41", "logout", "chats")
    assert done.returncode == 1
    assert re.search(r"^Registered: carol, ID: \d+$", done.stdout, re.M)
    assert done.stdout.splitlines()[1:] == ["Logged in as carol", "Logged out"]
    assert done.stderr.startswith("Log in first")
    again = client.run("register carol other@example.com violet-kettle-41")
    assert again.returncode == 1
    assert "/username" in again.stderr and len(again.stderr.splitlines()) == 1


def test_a_server_that_is_away_is_told_in_one_line(client, server):
    server.stop()
    done = client.run(LOGIN, CALLBOARD_URL=server.url)  # with nobody in between who is there
    server.start()
    assert done.returncode == 1
    assert re.fullmatch(r"Cannot reach the server 127\.0\.0\.1:\d+: .+\n", done.stderr)


def test_lines_that_are_no_text_are_refused(client):
    done = client.run(LOGIN, "create_chat user1 " + "x" * 70_000, "# a remark", "", "create_chat user1")
    assert done.returncode == 1
    assert done.stderr == "The line is too long (at most 65536 bytes)\n"
    assert done.stdout.splitlines()[-1] == "Chat created, ID: 3"


# --- on a terminal


def log_in(terminal):
    terminal.wait_for("callboard> ")
    terminal.type("login admin@example.com\r")
    terminal.wait_for("Password: ")
    terminal.type(PASSWORD + "\r")
    terminal.wait_for("admin> ")


COLOUR = r"\x1b\[[0-9;]+m"


def test_a_terminal_has_a_prompt_colours_and_a_silent_password(client):
    terminal = client.open_terminal()
    log_in(terminal)
    assert PASSWORD not in terminal.output
    terminal.type("create_chat user1,user2\r")
    terminal.wait_for(r"Chat created, ID: 3\r\n(.|\n)*admin> ")
    terminal.type("send_message 3 user1 hello\r")
    terminal.wait_for(r"Message sent, number: \d+\r\n(.|\n)*admin> ")
    terminal.type("connect 3\r")
    terminal.wait_for(rf"{COLOUR}\[\d\d:\d\d\]\x1b\[0m {COLOUR}user1\x1b\[0m: hello\r\n(.|\n)*#3> ")
    terminal.type("half a li")
    terminal.wait_for("half a li")
    terminal.type("")
    assert client.run(f"login user1 {PASSWORD}", "send_message 3 me incoming").returncode == 0
    shown = terminal.wait_for(r"incoming\r\n(.|\n)*#3> half a li")
    visible = [line.rsplit("\r\x1b[K", 1)[-1] for line in shown.split("\r\n")]  # what a cleared line still shows
    assert [line for line in visible if "incoming" in line and "half a li" not in line]
    assert visible[-1] == "#3> half a li"
    terminal.type("ne\r")
    terminal.wait_for(rf"{COLOUR}admin\x1b\[0m: half a line\r\n")
    terminal.type("/leave\r")
    terminal.wait_for("admin> ")
    terminal.type("no_such\r")
    terminal.wait_for(r"\x1b\[31mUnknown command: no_such")
    terminal.type("exit\r")
    assert terminal.exit_status() == 0


@pytest.mark.parametrize("arguments, extra", [(["--no-color"], {}), ([], {"NO_COLOR": "1"})])
def test_colours_can_be_refused(client, arguments, extra):
    terminal = client.open_terminal(*arguments, **extra)
    log_in(terminal)
    terminal.type("connect 999\r")
    terminal.wait_for("admin> ")
    terminal.type("create_chat user1\r")
    terminal.wait_for("Chat created, ID: 3")
    terminal.type("connect 3\r")
    terminal.wait_for("#3> ")
    terminal.type("plain\r")
    terminal.wait_for(r"\[\d\d:\d\d\] admin: plain\r\n")
    terminal.type("\x04")
    terminal.wait_for("admin> ")
    terminal.type("\x04")
    assert terminal.exit_status() == 0
    assert not re.search(COLOUR, terminal.output)


def test_ctrl_c_clears_the_line_and_leaves_a_chat_but_not_the_program(client):
    terminal = client.open_terminal()
    log_in(terminal)
    terminal.type("create_chat user1")
    terminal.wait_for("create_chat user1")
    terminal.type("\x03")
    terminal.wait_for("admin> ")
    terminal.type("create_chat user2\r")
    terminal.wait_for("Chat created, ID: 3")
    terminal.wait_for("admin> ")
    terminal.type("connect 3\r")
    terminal.wait_for("#3> ")
    terminal.type("\x03")
    terminal.wait_for("admin> ")
    terminal.type("exit\r")
    assert terminal.exit_status() == 0
