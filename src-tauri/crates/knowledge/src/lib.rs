//! Policy, checklist, catalogue and operator files, to and from typed values, with errors that name file, row and cell.
