//! Short plain names for switches, from the names places have.

use std::collections::HashSet;

/// A name of at most `longest` characters for each label, all different: its first letters and
/// digits, in lower case and without accents, with a number where two would be the same; `s` and the
/// number where no letter is left.
pub(super) fn short(labels: &[Option<&str>], longest: usize) -> Vec<String> {
    let mut taken = HashSet::new();
    labels
        .iter()
        .zip(1u32..)
        .map(|(label, number)| {
            let plain = plain(label.unwrap_or_default(), longest);
            let stem = if is_name(&plain) {
                plain
            } else {
                format!("s{number}")
            };
            let name = distinct(&stem, &taken, longest);
            taken.insert(name.clone());
            name
        })
        .collect()
}

fn plain(label: &str, longest: usize) -> String {
    label
        .chars()
        .flat_map(char::to_lowercase)
        .filter_map(ascii)
        .take(longest)
        .collect()
}

/// Not one that would be taken for a host (`h12`), a controller (`c0`) or a port of the machine.
fn is_name(text: &str) -> bool {
    let stem = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let system = [
        "all", "default", "docker", "en", "eth", "lo", "ovs", "veth", "wlan",
    ];
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && !["h", "c", "s"].contains(&stem)
        && !system.contains(&stem)
}

/// The stem, or its beginning and the first number from 2 that makes it new.
fn distinct(stem: &str, taken: &HashSet<String>, longest: usize) -> String {
    if !taken.contains(stem) {
        return stem.to_owned();
    }
    (2u32..)
        .map(|number| {
            let number = number.to_string();
            let kept = stem.len().min(longest - number.len());
            format!("{}{number}", &stem[..kept])
        })
        .find(|name| !taken.contains(name))
        .expect("there are more numbers than nodes")
}

/// Letters of Latin-1 and Latin Extended-A by the letter they are drawn from; others have none.
fn ascii(c: char) -> Option<char> {
    Some(match c {
        'a'..='z' | '0'..='9' => c,
        'à'..='æ' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'ď' | 'đ' | 'ð' => 'd',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => 'e',
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => 'g',
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => 'i',
        'ķ' => 'k',
        'ĺ' | 'ļ' | 'ľ' | 'ł' => 'l',
        'ñ' | 'ń' | 'ņ' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'œ' => 'o',
        'ŕ' | 'ŗ' | 'ř' => 'r',
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' | 'ß' => 's',
        'ţ' | 'ť' | 'ț' => 't',
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_plain_and_different() {
        let labels = [
            "New York",
            "New York",
            "Poznań",
            "Kansas City",
            "Kansas City, KS",
            "東京",
            "3com",
        ];
        let names = short(&labels.map(Some), 9);
        assert_eq!(
            names,
            [
                "newyork",
                "newyork2",
                "poznan",
                "kansascit",
                "kansasci2",
                "s6",
                "s7"
            ]
        );
    }

    #[test]
    fn no_switch_gets_the_name_of_a_host_or_an_interface() {
        assert_eq!(
            short(&[Some("h1"), Some("eth0"), None, Some("Default")], 9),
            ["s1", "s2", "s3", "s4"]
        );
    }

    #[test]
    fn many_of_one_name_stay_within_the_limit() {
        let names = short(&vec![Some("Johannesburg"); 2000], 7);
        assert!(names.iter().all(|name| name.len() <= 7));
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), 2000);
    }
}
