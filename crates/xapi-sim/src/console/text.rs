//! A text console: a login prompt, and a shell that knows a few words.

use std::sync::Arc;

use super::Guest;
use crate::{Object, World};

/// Longest line, in letters.
const LONGEST: usize = 256;

/// What the shell says to `help`.
const WORDS: &str = "clear, date, echo TEXT, exit, help, hostname, uptime, whoami";

/// What goes on at the terminal of a guest; it stays when nobody looks.
#[derive(Debug, Default)]
pub(super) struct Shell {
    stage: Stage,
    line: String,
    user: String,
    /// The byte before was a carriage return, after which a line feed means nothing.
    returned: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Name,
    Password,
    Prompt,
}

/// One client of a text console.
pub(crate) struct Terminal {
    vm: Object,
    guest: Arc<Guest>,
}

impl Terminal {
    pub(crate) fn new(vm: Object, guest: Arc<Guest>) -> Self {
        Self { vm, guest }
    }

    /// What somebody sees who comes to it.
    pub(crate) fn greeting(&self, world: &World) -> Vec<u8> {
        let name = world.text(self.vm, "name_label");
        self.guest.with_shell(|shell| format!("\r\n{}{}", shell.prompt(name), shell.line)).into_bytes()
    }

    /// Takes what was typed and returns what the terminal shows.
    pub(crate) fn take(&self, world: &World, input: &[u8]) -> Vec<u8> {
        let name = world.text(self.vm, "name_label").to_owned();
        let now = world.now().to_string();
        self.guest.with_shell(|shell| {
            let mut out = String::new();
            for letter in String::from_utf8_lossy(input).chars() {
                shell.letter(letter, &name, &now, &mut out);
            }
            out.into_bytes()
        })
    }
}

impl Shell {
    fn prompt(&self, name: &str) -> String {
        match self.stage {
            Stage::Name => format!("{name} login: "),
            Stage::Password => "Password: ".to_owned(),
            Stage::Prompt => format!("{}@{name}:~# ", self.user),
        }
    }

    fn letter(&mut self, letter: char, name: &str, now: &str, out: &mut String) {
        let returned = std::mem::replace(&mut self.returned, letter == '\r');
        match letter {
            '\n' if returned => {}
            '\r' | '\n' => {
                out.push_str("\r\n");
                let line = std::mem::take(&mut self.line);
                self.line(line.trim(), name, now, out);
                out.push_str(&self.prompt(name));
            }
            '\u{8}' | '\u{7f}' => {
                if self.line.pop().is_some() && self.stage != Stage::Password {
                    out.push_str("\u{8} \u{8}");
                }
            }
            // Control-C and control-D.
            '\u{3}' | '\u{4}' => {
                self.line.clear();
                out.push_str("^C\r\n");
                out.push_str(&self.prompt(name));
            }
            letter if letter.is_control() || self.line.chars().count() >= LONGEST => {}
            letter => {
                self.line.push(letter);
                if self.stage != Stage::Password {
                    out.push(letter);
                }
            }
        }
    }

    fn line(&mut self, line: &str, name: &str, now: &str, out: &mut String) {
        match self.stage {
            Stage::Name if line.is_empty() => {}
            Stage::Name => {
                line.clone_into(&mut self.user);
                self.stage = Stage::Password;
            }
            // Whoever is at the terminal is let in.
            Stage::Password => self.stage = Stage::Prompt,
            Stage::Prompt => {
                let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
                let unknown = format!("{word}: command not found");
                let said = match word {
                    "" => return,
                    "clear" => return out.push_str("\u{1b}[H\u{1b}[2J"),
                    "exit" => {
                        self.stage = Stage::Name;
                        return;
                    }
                    "date" => now,
                    "echo" => rest,
                    "help" => WORDS,
                    "hostname" => name,
                    "uptime" => "up, load average: 0.00, 0.00, 0.00",
                    "whoami" => &self.user,
                    _ => &unknown,
                };
                out.push_str(said);
                out.push_str("\r\n");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Shell;

    fn typed(shell: &mut Shell, text: &str) -> String {
        let mut out = String::new();
        for letter in text.chars() {
            shell.letter(letter, "db1", "20261127T03:00:00Z", &mut out);
        }
        out
    }

    #[test]
    fn a_shell_lets_in_echoes_and_answers() {
        let mut shell = Shell::default();
        assert_eq!(typed(&mut shell, "root\r\n"), "root\r\nPassword: ");
        assert_eq!(typed(&mut shell, "secret\r"), "\r\nroot@db1:~# ", "a password is not shown");
        assert_eq!(typed(&mut shell, "\necho a  b\r"), "echo a  b\r\na  b\r\nroot@db1:~# ");
        assert_eq!(typed(&mut shell, "whoam\u{7f}mi\r"), "whoam\u{8} \u{8}mi\r\nroot\r\nroot@db1:~# ");
        assert_eq!(typed(&mut shell, "rm\r"), "rm\r\nrm: command not found\r\nroot@db1:~# ");
        assert_eq!(typed(&mut shell, "exit\r"), "exit\r\ndb1 login: ");
    }
}
