//! How far the blind re-grades agree with the first ones.

use std::collections::BTreeMap;

use returns::agreement::{kappa, kappa_of_grades};
use returns::codes::Grade;
use returns::ids::{CategoryCode, OperatorId, QuestionId};
use rusqlite::params;

use super::reasons::optional;
use super::{Period, Table, percent};
use crate::sql::{parse, uint};
use crate::{Records, RecordsError};

/// A grader against those who graded the same units blind.
#[derive(Debug, Clone, PartialEq)]
pub struct GraderAgreement {
    /// The first grader.
    pub grader: OperatorId,
    /// Category; none for all of theirs, the grader's first row.
    pub category: Option<CategoryCode>,
    /// Units graded by both.
    pub pairs: u64,
    /// Of those: the same grade.
    pub same: u64,
    /// Percent.
    pub percent: f64,
    /// Cohen's kappa; none where chance explains everything.
    pub kappa: Option<f64>,
    /// The same, with a near miss weighing less than a far one.
    pub weighted_kappa: Option<f64>,
}

/// A question of a checklist as two people answered it.
#[derive(Debug, Clone, PartialEq)]
pub struct QuestionAgreement {
    /// Category of the checklist.
    pub category: Option<CategoryCode>,
    /// The question.
    pub question: QuestionId,
    /// Units in which both answered it.
    pub pairs: u64,
    /// Of those: the same answer.
    pub same: u64,
    /// Percent.
    pub percent: f64,
    /// Cohen's kappa; none where chance explains everything.
    pub kappa: Option<f64>,
}

fn same<T: PartialEq>(pairs: &[(T, T)]) -> u64 {
    pairs.iter().filter(|(first, second)| first == second).count() as u64
}

impl GraderAgreement {
    fn of(grader: &OperatorId, category: Option<CategoryCode>, pairs: &[(Grade, Grade)]) -> Self {
        Self {
            grader: grader.clone(),
            category,
            pairs: pairs.len() as u64,
            same: same(pairs),
            percent: percent(same(pairs), pairs.len() as u64).unwrap_or_default(),
            kappa: kappa(pairs),
            weighted_kappa: kappa_of_grades(pairs),
        }
    }
}

impl Records {
    /// Agreement by grader: each grader's together, then by category. Every blind re-grade counts, also of units that
    /// were graded anew afterwards.
    ///
    /// # Errors
    /// `database-failed`, `database-corrupt`; so have all questions.
    pub fn agreement_by_grader(&self, period: Period) -> Result<Table<GraderAgreement>, RecordsError> {
        let (from, until) = period.bounds();
        let mut statement = self.connection.prepare_cached(
            "SELECT grader, category, first_grade, second_grade, count(*) FROM figure_blinds
             WHERE received_ms BETWEEN ?1 AND ?2 GROUP BY 1, 2, 3, 4",
        )?;
        let mut found = statement.query(params![from, until])?;
        let mut graders: BTreeMap<String, BTreeMap<String, Vec<(Grade, Grade)>>> = BTreeMap::new();
        while let Some(row) = found.next()? {
            let pair = (parse(&row.get::<_, String>(2)?)?, parse(&row.get::<_, String>(3)?)?);
            let pairs = graders.entry(row.get(0)?).or_default().entry(row.get(1)?).or_default();
            pairs.extend(std::iter::repeat_n(pair, many(row.get(4)?)));
        }
        let (mut rows, mut units) = (Vec::new(), 0);
        for (grader, categories) in graders {
            // Whoever was the first to grade is known, or it could not have been graded blind.
            let Some(grader) = optional::<OperatorId>(&grader)? else { continue };
            let all: Vec<_> = categories.values().flatten().copied().collect();
            units += all.len() as u64;
            rows.push(GraderAgreement::of(&grader, None, &all));
            for (category, pairs) in categories {
                if let Some(category) = optional(&category)? {
                    rows.push(GraderAgreement::of(&grader, Some(category), &pairs));
                }
            }
        }
        Ok(Table { rows, units })
    }

    /// Agreement by question, the one with least agreement first. Questions that only one of the two was asked do not
    /// count.
    pub fn agreement_by_question(&self, period: Period) -> Result<Table<QuestionAgreement>, RecordsError> {
        let (from, until) = period.bounds();
        let mut statement = self.connection.prepare_cached(
            "SELECT b.category, a.question, a.first, a.second, count(*)
             FROM figure_blinds b JOIN figure_answers a USING (event_id)
             WHERE b.received_ms BETWEEN ?1 AND ?2 GROUP BY 1, 2, 3, 4",
        )?;
        let mut found = statement.query(params![from, until])?;
        let mut questions: BTreeMap<(String, String), Vec<(String, String)>> = BTreeMap::new();
        while let Some(row) = found.next()? {
            let pairs = questions.entry((row.get(0)?, row.get(1)?)).or_default();
            let pair: (String, String) = (row.get(2)?, row.get(3)?);
            pairs.extend(std::iter::repeat_n(pair, many(row.get(4)?)));
        }
        let mut rows = Vec::new();
        for ((category, question), pairs) in questions {
            rows.push(QuestionAgreement {
                category: optional(&category)?,
                question: parse(&question)?,
                pairs: pairs.len() as u64,
                same: same(&pairs),
                percent: percent(same(&pairs), pairs.len() as u64).unwrap_or_default(),
                kappa: kappa(&pairs),
            });
        }
        rows.sort_by(|one, other| one.percent.total_cmp(&other.percent));
        let sql = "SELECT count(*) FROM figure_blinds WHERE received_ms BETWEEN ?1 AND ?2";
        let units =
            uint(self.connection.prepare_cached(sql)?.query_row(params![from, until], |row| row.get(0))?);
        Ok(Table { rows, units })
    }
}

fn many(count: i64) -> usize {
    usize::try_from(count).unwrap_or(0)
}
