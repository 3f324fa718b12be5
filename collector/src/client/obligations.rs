//! `obligations`: who owes joint tests in a year, and what became of them.

use super::Session;
use super::args::ObligationArgs;
use super::call::{Failure, escape};
use super::table::table;
use super::words::Words;
use crate::api::MOST_ROWS;
use crate::api::obligations::dto::{BoardAnswer, BoardCell, BoardRow, BoardSums};
use crate::obligations::CellState;

impl Session {
    /// Page after page; what is tested meanwhile may be missed, which is harmless for people. Good when nothing is overdue.
    pub(super) async fn obligations(&self, asked: &ObligationArgs) -> Result<bool, Failure> {
        let ObligationArgs { place, of, year, state } = asked;
        let given = [("place", place.clone()), ("year", year.map(|year| year.to_string())), ("state", state.clone())];
        let given = given.into_iter().filter_map(|(name, value)| Some(format!("&{name}={}", escape(&value?))));
        let question = format!("obligations?of={of}&limit={MOST_ROWS}{}", given.collect::<String>());
        let mut board: BoardAnswer = self.server.get(&question).await?;
        while board.items.len() < board.total {
            let next: BoardAnswer = self.server.get(&format!("{question}&offset={}", board.items.len())).await?;
            if next.items.is_empty() {
                break;
            }
            board.items.extend(next.items);
        }
        self.tell(&board, || text(self.words, &board))?;
        Ok(board.sums.iter().all(|sums| sums.overdue == 0))
    }
}

const fn sign(cell: &BoardCell) -> &'static str {
    match cell.state {
        CellState::Overdue => "■",
        CellState::Owed if cell.half => "◐",
        CellState::Owed => "○",
        CellState::Done => "●",
        CellState::Ahead => "·",
        CellState::Excused => "◇",
        CellState::Free => "—",
    }
}

fn text(words: Words, board: &BoardAnswer) -> String {
    if board.periods.is_empty() {
        return words.say("按规则无须联调", "no joint tests are owed by the rules").to_owned();
    }
    let sum = |(at, sums): (usize, &BoardSums)| {
        let first = board.periods.get(at).map_or("", |period| &period.first);
        let BoardSums { done, owed, overdue, .. } = sums;
        vec![first.to_owned(), done.to_string(), owed.to_string(), overdue.to_string()]
    };
    let sums: Vec<_> = board.sums.iter().enumerate().map(sum).collect();
    let heading = ["周期自", "●已完成", "○待完成", "■逾期"];
    let english = ["period from", "● done", "○ owed", "■ overdue"];
    let sums = table(if words == Words::Chinese { &heading } else { &english }, &sums);
    let row = |row: &BoardRow| {
        let cells: String = row.cells.iter().map(sign).collect();
        vec![row.subject.clone(), row.name.clone(), cells, row.excused.clone().unwrap_or_default()]
    };
    let rows: Vec<_> = board.items.iter().map(row).collect();
    let heading = ["编码", "名称", "各周期", "免除原因"];
    let english = ["code", "name", "by period", "excused because"];
    let rows = table(if words == Words::Chinese { &heading } else { &english }, &rows);
    let key = words.say("◐ 待对端确认  · 未到期  ◇ 免除", "◐ waits for the other end  · to come  ◇ excused");
    format!("{sums}\n{rows}{key}")
}
