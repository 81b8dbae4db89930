//! Lines from a person, with completion and history, or from a script.

use std::io::{self, BufRead, IsTerminal};
use std::path::PathBuf;

use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{Config, Context, Editor, Helper, Highlighter, Hinter, Validator};

use super::verb::COMMANDS;

/// Where lines come from.
pub(super) enum Lines {
    Person(Box<Person>),
    /// Standard input that is not a terminal.
    Script(io::Lines<io::StdinLock<'static>>),
}

/// What there is to read next.
pub(super) enum Next {
    Line(String),
    /// Ctrl-C on a line: nothing, but no end either.
    Nothing,
    End,
}

/// A terminal.
pub(super) struct Person {
    editor: Editor<Words, FileHistory>,
    history: Option<PathBuf>,
}

impl Lines {
    /// `names`: hosts and switches, to be completed.
    pub(super) fn open(names: Vec<String>) -> anyhow::Result<Self> {
        if !io::stdin().is_terminal() {
            return Ok(Self::Script(io::stdin().lock().lines()));
        }
        let config = Config::builder().auto_add_history(true).build();
        let mut editor = Editor::with_config(config)?;
        editor.set_helper(Some(Words { names }));
        let history = history_file();
        if let Some(path) = &history {
            // There is none before the first time.
            let _ = editor.load_history(path);
        }
        Ok(Self::Person(Box::new(Person { editor, history })))
    }

    pub(super) fn next(&mut self, prompt: &str) -> anyhow::Result<Next> {
        match self {
            Self::Person(person) => match person.editor.readline(prompt) {
                Ok(line) => Ok(Next::Line(line)),
                Err(ReadlineError::Interrupted) => Ok(Next::Nothing),
                Err(ReadlineError::Eof) => Ok(Next::End),
                Err(error) => Err(error.into()),
            },
            Self::Script(lines) => Ok(match lines.next().transpose()? {
                Some(line) => Next::Line(line),
                None => Next::End,
            }),
        }
    }

    pub(super) fn is_person(&self) -> bool {
        matches!(self, Self::Person(_))
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        if let Some(path) = &self.history
            && let Err(error) = self.editor.save_history(path)
        {
            tracing::debug!(%error, path = %path.display(), "the history is not kept");
        }
    }
}

/// In the place for such things; nowhere if there is none.
fn history_file() -> Option<PathBuf> {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from);
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/state"));
    let directory = state.filter(|path| path.is_absolute()).or_else(home)?;
    let directory = directory.join("pointsman");
    std::fs::create_dir_all(&directory).ok()?;
    Some(directory.join("history"))
}

/// Completes commands and names.
#[derive(Helper, Highlighter, Hinter, Validator)]
struct Words {
    names: Vec<String>,
}

impl Completer for Words {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let typed = &line[..position];
        let begin = typed.rfind(char::is_whitespace).map_or(0, |at| at + 1);
        let words = candidates(typed[..begin].trim(), &typed[begin..], &self.names);
        let pair = |word: &str| Pair {
            display: word.to_owned(),
            replacement: format!("{word} "),
        };
        Ok((begin, words.into_iter().map(pair).collect()))
    }
}

/// What may follow what is typed before the word that is begun.
fn candidates<'a>(before: &str, begun: &str, names: &'a [String]) -> Vec<&'a str> {
    let is_name = |word: &str| names.iter().any(|name| name == word);
    let commands = COMMANDS.iter().map(|command| command.name);
    let mut words: Vec<&str> = match before.split_whitespace().collect::<Vec<_>>()[..] {
        [] => commands.filter(|name| !FOR_HOSTS.contains(name)).collect(),
        [only] if is_name(only) => return starting(FOR_HOSTS.iter().copied(), begun).collect(),
        ["help"] => return starting(commands, begun).collect(),
        ["link", _, _] => return starting(["up", "down"].into_iter(), begun).collect(),
        _ => Vec::new(),
    };
    words.extend(names.iter().map(String::as_str));
    starting(words.into_iter(), begun).collect()
}

fn starting<'a>(
    words: impl Iterator<Item = &'a str>,
    begun: &str,
) -> impl Iterator<Item = &'a str> {
    words.filter(move |word| word.starts_with(begun))
}

/// What comes after a host's name.
const FOR_HOSTS: &[&str] = &["ping", "arping", "get"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_follow_is_offered() {
        let names: Vec<String> = ["h1", "h2", "s1"].map(str::to_owned).into();
        assert_eq!(candidates("", "pi", &names), ["pingall"]);
        assert_eq!(candidates("", "h", &names), ["hosts", "help", "h1", "h2"]);
        assert_eq!(candidates("h1", "", &names), ["ping", "arping", "get"]);
        assert_eq!(candidates("h1 ping", "h", &names), ["h1", "h2"]);
        assert_eq!(candidates("link s1 s1", "d", &names), ["down"]);
        assert_eq!(candidates("help", "pa", &names), ["path"]);
    }
}
