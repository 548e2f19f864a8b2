// The rules of the layout, one sentence each.
#include "tests/dsl/format/format_support.hpp"

namespace sluice::dsl {
namespace {

/// The lines of a flow, as they come out.
std::string flow(const std::string& lines) {
    const std::string text = tidy("flow F {\n" + lines + "\n}\n");
    EXPECT_TRUE(text.starts_with("flow F {\n")) << text;
    EXPECT_TRUE(text.ends_with("}\n")) << text;
    return text.substr(9, text.size() - 11);
}

TEST(FormatTest, AnEmptyFileStaysEmpty) {
    EXPECT_EQ(tidy(""), "");
    EXPECT_EQ(tidy(" \n\t\n\r\n"), "");
    EXPECT_EQ(tidy("\n\n# only this  \n\n"), "# only this\n");
}

TEST(FormatTest, OneStatementALineWithTwoSpaces) {
    EXPECT_EQ(flow("starts when A wait 1 day send email B if any A{stop because \"x\" wait 1 day}"),
              "  starts when A\n"
              "  wait 1 day\n"
              "  send email B\n"
              "  if any A {\n"
              "    stop because \"x\"\n"
              "    wait 1 day\n"
              "  }\n");
}

TEST(FormatTest, UnitsAreSingularForOneOnly) {
    EXPECT_EQ(flow("wait 1 days wait 2 day wait 0 hour wait 1.5 hour wait 1 weeks 3 hour"),
              "  wait 1 day\n  wait 2 days\n  wait 0 hours\n  wait 1.5 hours\n"
              "  wait 1 week 3 hours\n");
    EXPECT_EQ(tidy("policy P {\n  cap 2 emails per days\n  cap 1 sms per 1 weeks\n}\n"),
              "policy P {\n  cap 2 emails per day\n  cap 1 sms per 1 week\n}\n");
}

TEST(FormatTest, AFieldCalledDaysIsNoUnit) {
    EXPECT_EQ(tidy("segment S when customer.days>1 and customer.day<2\n"),
              "segment S when customer.days > 1 and customer.day < 2\n");
}

TEST(FormatTest, NamesLoseTheQuotesTheyCanDoWithout) {
    EXPECT_EQ(flow("send email \"Welcome Hello\" send email \"Welcome to You\" "
                   "send email \"7 Day Trial\" send email \"AND\" send email \"\" "
                   "send email \"Two  Spaces\""),
              "  send email Welcome Hello\n  send email \"Welcome to You\"\n"
              "  send email \"7 Day Trial\"\n  send email \"AND\"\n  send email \"\"\n"
              "  send email \"Two  Spaces\"\n");
}

TEST(FormatTest, AValueInQuotesIsATextAndKeepsThem) {
    EXPECT_EQ(tidy("segment S when customer.city is \"Berlin\"\n"),
              "segment S when customer.city is \"Berlin\"\n");
    EXPECT_EQ(tidy("flow \"F\" \"Says Hello\" {}\n"), "flow F \"Says Hello\" {}\n");
}

TEST(FormatTest, ShortBlocksStayOnOneLineWhereTheAuthorHasThemSo) {
    EXPECT_EQ(flow("if any A { stop }\n if any A {\n stop }"),
              "  if any A { stop }\n  if any A {\n    stop\n  }\n");
    EXPECT_EQ(flow("wait up to 1 day {\n on A { wait 1 day }\n on timeout { stop @x } }"),
              "  wait up to 1 day {\n    on A { wait 1 day }\n    on timeout { stop @x }\n  }\n");
}

TEST(FormatTest, BlocksThatHoldMoreOrDoNotFitAreOpened) {
    EXPECT_EQ(flow("if any A { if any B { stop } }"), "  if any A {\n    if any B { stop }\n  }\n");
    EXPECT_EQ(flow("if any A { stop } otherwise { wait 1 day }"),
              "  if any A {\n    stop\n  } otherwise {\n    wait 1 day\n  }\n");
    const std::string reason(75, 'x');
    EXPECT_EQ(flow("if any A { stop because \"" + reason + "\" }"),
              "  if any A {\n    stop because \"" + reason + "\"\n  }\n");
}

TEST(FormatTest, OtherwiseStandsOnTheLineOfTheBrace) {
    EXPECT_EQ(flow("if any A {\nstop\n}\n\notherwise if any B {\nstop\n}\notherwise\n{\nstop\n}"),
              "  if any A {\n    stop\n  } otherwise if any B {\n    stop\n  } otherwise {\n"
              "    stop\n  }\n");
}

TEST(FormatTest, LabelsStayBehindTheirStep) {
    EXPECT_EQ(flow("wait 1 day   @a\nwait up to 1 day {\n} @b\nif any A { stop }@c"),
              "  wait 1 day @a\n  wait up to 1 day {} @b\n  if any A { stop } @c\n");
}

TEST(FormatTest, FieldsStandInColumns) {
    EXPECT_EQ(tidy("customer {\nemail text optional\nid number\nkind one of \"a\",\"b\" default "
                   "\"a\"\nzone timezone personal optional\n}\n"),
              "customer {\n"
              "  email  text      optional\n"
              "  id     number\n"
              "  kind   one of \"a\", \"b\"  default \"a\"\n"
              "  zone   timezone  personal optional\n"
              "}\n");
}

TEST(FormatTest, AnEmptyLineBeginsNewColumns) {
    EXPECT_EQ(tidy("customer {\na text\nbbb text\n\n\ncccccc text\n}\n"),
              "customer {\n  a    text\n  bbb  text\n\n  cccccc text\n}\n");
}

TEST(FormatTest, EventsOfOneLineHaveTheirBracesInAColumn) {
    EXPECT_EQ(tidy("event A { x text   y number }\nevent Bcd { x text }\nevent None\n"
                   "event Long Name Here { x text }\nevent Ab { x text }\n"
                   "catalog event Abc { x text key }\n"),
              "event A   { x text   y number }\nevent Bcd { x text }\nevent None\n"
              "event Long Name Here { x text }\nevent Ab { x text }\n"
              "catalog event Abc { x text key }\n");
}

TEST(FormatTest, MomentsOfATestStandInAColumn) {
    EXPECT_EQ(tidy("test \"t\" for F {\nclock 2026-01-01 09:00\nat 1 minutes A\n"
                   "at 30 minutes B { x 1  y \"b\" }\nat 2026-01-02 09:00 customer {points 2}\n"
                   "advance 1 days\n}\n"),
              "test \"t\" for F {\n  clock 2026-01-01 09:00\n"
              "  at 1 minute          A\n"
              "  at 30 minutes        B { x 1  y \"b\" }\n"
              "  at 2026-01-02 09:00  customer { points 2 }\n"
              "  advance 1 day\n}\n");
}

TEST(FormatTest, ConditionsBreakWhereTheAuthorBrokeThem) {
    EXPECT_EQ(flow("only if any A and\nany B and any C"),
              "  only if any A\n      and any B\n      and any C\n");
    EXPECT_EQ(flow("only if any A\nin the last 3 days and any B"),
              "  only if any A in the last 3 days and any B\n");
    EXPECT_EQ(flow("only if any A where (x is 1\nor y is 2)"),
              "  only if any A where (x is 1\n      or y is 2)\n");
}

TEST(FormatTest, ConditionsBreakWhereTheyAreTooLong) {
    const std::string term = "total of Order Placed.total in the last 365 days >= 500";
    EXPECT_EQ(flow("if " + term + " or " + term + " {\nstop\n}"),
              "  if " + term + "\n      or " + term + " {\n    stop\n  }\n");
    EXPECT_EQ(flow("if (" + term + " or " + term + ") and no A {\nstop\n}"),
              "  if (" + term + "\n          or " + term + ")\n      and no A {\n    stop\n  }\n");
}

TEST(FormatTest, AHundredColumnsFitAndOneMoreDoesNot) {
    const std::string exact = "segment S when any " + std::string(1, 'A') + std::string(70, 'b');
    const std::string fits = exact + " and no " + "Ccc";
    ASSERT_EQ(fits.size(), 101U);
    EXPECT_EQ(tidy(fits.substr(0, 100) + "\n"), fits.substr(0, 100) + "\n");
    EXPECT_EQ(tidy(fits + "\n"), exact + "\n    and no Ccc\n");
}

TEST(FormatTest, WidthIsCountedInCharacters) {
    std::string name = "A";
    for (int i = 0; i < 68; ++i) {
        name += "\xC3\xA9";
    }
    const std::string text = "segment S when any " + name + " and no Cccc\n";
    EXPECT_EQ(tidy(text), text);
}

TEST(FormatTest, LongSendsBreakAtClausesAndListsBetweenElements) {
    const std::string name(30, 'B');
    EXPECT_EQ(
        flow("send email A" + name + " or sms C" + name + " with cart, code = \"X\", other = 1"),
        "  send email A" + name + " or sms C" + name +
            "\n      with cart, code = \"X\", other = 1\n");
    const std::string text = "\"" + std::string(40, 't') + "\"";
    EXPECT_EQ(tidy("customer {\n  a one of " + text + "," + text + "," + text + "\n}\n"),
              "customer {\n  a one of " + text + ", " + text + ",\n      " + text + "\n}\n");
}

TEST(FormatTest, AnElementThatWouldBeReadAsAStatementBeginsNoLine) {
    const std::string text = "\"" + std::string(90, 't') + "\"";
    EXPECT_EQ(flow("call W with a = " + text + ", stop = 1, b = 2"),
              "  call W\n      with a = " + text + ", stop = 1,\n          b = 2\n");
}

TEST(FormatTest, CommentsStayWhereTheyAre) {
    EXPECT_EQ(flow("# first\nwait 1 day# behind  \n   # before brace"),
              "  # first\n  wait 1 day  # behind\n  # before brace\n");
    EXPECT_EQ(flow("if any A { # opens\nstop\n} # closes\notherwise # or else\n{\n# nothing\n}"),
              "  if any A {  # opens\n    stop\n  }  # closes\n  otherwise  # or else\n"
              "  {\n    # nothing\n  }\n");
    EXPECT_EQ(flow("only if any A # why\n# and more\nand any B"),
              "  only if any A  # why\n      # and more\n      and any B\n");
    EXPECT_EQ(flow("send email A with # all of it\n\ncart"),
              "  send email A with  # all of it\n      cart\n");
}

TEST(FormatTest, CommentsBehindNeighbouringLinesStandInAColumn) {
    EXPECT_EQ(flow("wait 1 day # a\nwait 10 days # b\n\nstop # c"),
              "  wait 1 day    # a\n  wait 10 days  # b\n\n  stop  # c\n");
}

TEST(FormatTest, ACommentStaysWithItsStatementWhenAnotherMovesAway) {
    EXPECT_EQ(flow("wait 1 day stop # about stop"), "  wait 1 day\n  stop  # about stop\n");
}

TEST(FormatTest, AtMostOneEmptyLineAndNoneAtTheEdges) {
    EXPECT_EQ(flow("\n\nwait 1 day\n\n\n\n# note\n\nstop\n\n"),
              "  wait 1 day\n\n  # note\n\n  stop\n");
    EXPECT_EQ(tidy("\n\nevent A\n\n\nevent B\n\n"), "event A\n\nevent B\n");
}

TEST(FormatTest, DeclarationsStandApartUnlessTheyAreLinesOfAGroup) {
    EXPECT_EQ(tidy("  event A\nevent B flow F {\nstop\n}\nflow G {\n} # tail\n# of H\nflow H {}\n"),
              "event A\nevent B\n\nflow F {\n  stop\n}\n\nflow G {}  # tail\n# of H\nflow H {}\n");
    EXPECT_EQ(tidy("flow F {\nstop }\n# of G\nflow G {\nstop }\n"),
              "flow F {\n  stop\n}\n\n# of G\nflow G {\n  stop\n}\n");
    EXPECT_EQ(tidy("flow F {\nstop }\n# of F\n\nflow G {\nstop }\n"),
              "flow F {\n  stop\n}\n# of F\n\nflow G {\n  stop\n}\n");
}

TEST(FormatTest, LineEndsAndTheByteOrderMarkAreNormalised) {
    EXPECT_EQ(tidy("\xEF\xBB\xBF"
                   "# a\r\nevent A\r\n\r\n\r\nevent B"),
              "# a\nevent A\n\nevent B\n");
}

TEST(FormatTest, WhatThePageOfAWebsiteLeavesBehindIsWhiteSpace) {
    EXPECT_EQ(flow("wait\xC2\xA0"
                   "1\xC2\xA0"
                   "day"),
              "  wait 1 day\n");
}

TEST(FormatTest, FinalAndChangeHaveLinesOfTheirOwn) {
    EXPECT_EQ(tidy("lifecycle L { state A final when any X state B { final enters when any X } "
                   "state C { enters when customer.final is yes final } state D otherwise }\n"),
              "lifecycle L {\n  state A final when any X\n  state B {\n    final\n"
              "    enters when any X\n  }\n  state C {\n    enters when customer.final is yes\n"
              "    final\n  }\n  state D otherwise\n}\n");
    EXPECT_EQ(tidy("change F { @a moves to @b @c stops was named \"Old\" }\nchange G { @a stops "
                   "}\n"),
              "change F {\n  @a moves to @b\n  @c stops\n  was named Old\n}\n\n"
              "change G { @a stops }\n");
}

TEST(FormatTest, AFileWithErrorsComesBackAsItIs) {
    const std::string text = "flow F {\n   wait   soon\n\n\n\n}";
    const FormatResult result = formatted(text);
    EXPECT_EQ(result.text, text);
    EXPECT_FALSE(result.changed);
    ASSERT_EQ(result.diagnostics.size(), 1U);
    EXPECT_EQ(result.diagnostics[0].code, "E102");
}

TEST(FormatTest, HabitsAreErrorsAndAreNotRepairedInPassing) {
    const std::string text = "flow F {\n  wait   until 9am\n}\n";
    EXPECT_EQ(formatted(text).text, text);
    EXPECT_EQ(formatted(text).diagnostics.at(0).code, "E120");
}

TEST(FormatTest, AFileThatIsNotInTheSetIsNothing) {
    const FormatResult result = format(source("event A\n"), 7);
    EXPECT_EQ(result.text, "");
    EXPECT_FALSE(result.changed);
}

}  // namespace
}  // namespace sluice::dsl
