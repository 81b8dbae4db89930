//! Long registers, which are views of those of 32 bits.

use super::Field;

impl Field {
    /// The registers of 32 bits of which this field is a view, the most significant first: `xreg0`
    /// is `reg0` and `reg1`, `xxreg0` is `reg0` to `reg3` (OF 1.5.1 §7.2.3.10, and Open vSwitch).
    /// None for every other field.
    #[inline]
    #[must_use]
    pub fn registers(self) -> &'static [Self] {
        if !(Self::Xxreg0..=Self::Xreg15).contains(&self) {
            return &[];
        }
        let (first, length) = match self as usize - Self::Xxreg0 as usize {
            number @ 0..8 => (4 * number, 4),
            number => (2 * (number - 8), 2),
        };
        SHORT.get(first..first + length).unwrap_or_default()
    }
}

/// The registers of 32 bits.
#[rustfmt::skip]
const SHORT: [Field; 32] = [
    Field::Reg0, Field::Reg1, Field::Reg2, Field::Reg3, Field::Reg4, Field::Reg5, Field::Reg6,
    Field::Reg7, Field::Reg8, Field::Reg9, Field::Reg10, Field::Reg11, Field::Reg12, Field::Reg13,
    Field::Reg14, Field::Reg15, Field::Reg16, Field::Reg17, Field::Reg18, Field::Reg19,
    Field::Reg20, Field::Reg21, Field::Reg22, Field::Reg23, Field::Reg24, Field::Reg25,
    Field::Reg26, Field::Reg27, Field::Reg28, Field::Reg29, Field::Reg30, Field::Reg31,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_view_has_the_registers_its_number_says() {
        for field in Field::ALL {
            let info = field.info();
            let (words, number) = match info.name.split_once("reg") {
                Some(("x", number)) => (2, number),
                Some(("xx", number)) => (4, number),
                _ => {
                    assert!(field.registers().is_empty(), "{}", info.name);
                    continue;
                }
            };
            let first = words * number.parse::<usize>().expect("a register has a number");
            let names: Vec<_> = (first..first + words).map(|n| format!("reg{n}")).collect();
            let registers = field.registers().iter().map(|it| it.info().name);
            assert!(registers.eq(names), "{}", info.name);
        }
    }
}
