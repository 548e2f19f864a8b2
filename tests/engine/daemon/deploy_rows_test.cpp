#include "tests/engine/daemon/deploy_story.hpp"

#include <gmock/gmock.h>

/// The rows of language.md §5.10 about waits, in the daemon: for each row people stand at every
/// kind of wait, and the daemon ends before the deploy, between the deploy and the sweep that
/// brings it to everybody, after it, and while time goes on.
namespace sluice::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Lines = std::vector<std::string>;

/// One kind of wait. Everybody enters on the 4th at 23:00.
struct Kind {
    const char* flow;
    const char* wait;      // as it was
    const char* other;     // as it becomes
    const char* third;     // a second candidate of the same kind
    const char* promised;  // when `wait` ends
    const char* retimed;   // when `other` ends, counted from the same beginning
};
constexpr Kind kKinds[] = {
    {"Sleep", "wait 10 hours", "wait 14 hours", "wait 20 hours", "05 09:00", "05 13:00"},
    {"Then", "wait 1 day, then until 10:00", "wait 1 day, then until 12:00",
     "wait 1 day, then until 14:00", "06 10:00", "06 12:00"},
    {"Until", "wait until 20:00", "wait until 21:00", "wait until 18:00", "05 20:00", "05 21:00"},
    {"Date", "wait until 1 days before customer.renewal at 10:00, if missing stop",
     "wait until 1 days before customer.renewal at 16:00, if missing stop",
     "wait until 2 days before customer.renewal at 16:00, if missing stop", "05 10:00", "05 16:00"},
    {"Best", "wait until best email time within 12 hours",
     "wait until best email time within 6 hours", "wait until best email time within 7 hours",
     "05 07:00", "05 05:00"},
    {"Await", "wait for Viewed where kind is \"no\" up to 12 hours",
     "wait for Viewed where kind is \"no\" up to 15 hours",
     "wait for Viewed where kind is \"no\" up to 16 hours", "05 11:00", "05 14:00"},
    {"Branch", "wait up to 13 hours { on Viewed where kind is \"yes\" { send sms Third } }",
     "wait up to 16 hours { on Viewed where kind is \"yes\" { send sms Third } }",
     "wait up to 17 hours { on Viewed where kind is \"yes\" { send sms Third } }", "05 12:00",
     "05 15:00"},
};

/// `body` with W, O and T for the three waits, as a flow of every kind. H stands for headers.
std::string flows_of(const std::string& body, const std::string& headers = "",
                     const std::string& change = "", const std::string& binding = "") {
    std::string out;
    for (const Kind& kind : kKinds) {
        out += "flow " + std::string(kind.flow) + " { starts when Begin where kind is \"" +
               kind.flow + "\"" + binding + " " + headers + " ";
        for (const char c : body) {
            out += c == '$'   ? std::string(kind.wait)
                   : c == '%' ? std::string(kind.other)
                   : c == '&' ? std::string(kind.third)
                              : std::string(1, c);
        }
        out += " }\n";
        out += change.empty() ? "" : "change " + std::string(kind.flow) + " { " + change + " }\n";
    }
    return out;
}

std::string mode_name(Ends ends) {
    return ends == Ends::stopped ? "Stopped" : ends == Ends::killed ? "Killed" : "KilledBetween";
}

class DeployRows : public DeployStory, public ::testing::WithParamInterface<Ends> {
protected:
    /// Everybody stands at their wait, and the daemon has been gone once.
    void all_inside(const std::string& flows) {
        begin("04 23:00", flows);
        for (const Kind& kind : kKinds) {
            enter(kind.flow, kind.flow);
        }
        interrupt(Ends::killed);
        pass_to("05 01:00");
    }
    void change_to(const std::string& flows, const ReleaseOptions& options = {},
                   const std::string& query = "") {
        deploy(project_of(flows), options, query, GetParam());
        interrupt(GetParam());
        settle();
        pass_to("05 06:00");
        interrupt(GetParam());
    }
    /// After all is over: each person's story is what the row says, and nothing but that arrived.
    template <class Row>
    void expect_stories(const std::string& until, const Row& row) {
        pass_to(until);
        for (const Kind& kind : kKinds) {
            EXPECT_EQ(story(kind.flow), row(kind)) << kind.flow;
            expect_books_to_balance(kind.flow);
        }
    }
    static std::string done(const Kind& kind, const char* when) {
        return std::string(when) + " ended " + kind.flow + ": completed";
    }
    static std::string sent_line(const char* when, const char* what) {
        return std::string(when) + " sent sms " + what;
    }
    static std::string moved(const Kind& kind, const char* when, const char* step) {
        return std::string(when) + " migrated " + kind.flow + "@" + step;
    }
    /// What a run says that was let finish the old way.
    static Lines old_way(const Kind& kind) {
        return {sent_line(kind.promised, "Hello"), done(kind, kind.promised)};
    }
};

INSTANTIATE_TEST_SUITE_P(Ends, DeployRows,
                         ::testing::Values(Ends::stopped, Ends::killed, Ends::between),
                         [](const auto& test) { return mode_name(test.param); });

TEST_P(DeployRows, MatchedAndUnchangedMovesAndKeepsItsTime) {
    all_inside(flows_of("$ send sms Hello"));
    change_to(flows_of("$ send sms Second"));
    expect_stories("08 00:00", [](const Kind& kind) {
        return Lines{moved(kind, "05 01:00", "s1"), sent_line(kind.promised, "Second"),
                     done(kind, kind.promised)};
    });
}

TEST_P(DeployRows, MatchedAndChangedMovesAndKeepsItsPromise) {
    all_inside(flows_of("$ send sms Hello"));
    change_to(flows_of("% send sms Second"));
    expect_stories("08 00:00", [](const Kind& kind) {
        return Lines{moved(kind, "05 01:00", "s1"), sent_line(kind.promised, "Second"),
                     done(kind, kind.promised)};
    });
}

TEST_P(DeployRows, ALabelMovesToWhereItStandsNow) {
    all_inside(flows_of("$ @here send sms Hello"));
    change_to(flows_of("wait 9 days send sms Hello % @here send sms Second"));
    expect_stories("08 00:00", [](const Kind& kind) {
        return Lines{moved(kind, "05 01:00", "here"), sent_line(kind.promised, "Second"),
                     done(kind, kind.promised)};
    });
}

TEST_P(DeployRows, RetimedCountsTheNewWaitFromItsBeginning) {
    all_inside(flows_of("$ send sms Hello"));
    ReleaseOptions options;
    options.origin = ReleaseOptions::Origin::deploy;
    std::string query = "?retime=";
    for (const Kind& kind : kKinds) {
        options.choices.retime.push_back(std::string(kind.flow) + "@s1");
        query += std::string(kind.flow) + "@s1,";
    }
    change_to(flows_of("% send sms Second"), options, query);
    expect_stories("08 00:00", [](const Kind& kind) {
        return Lines{moved(kind, "05 01:00", "s1"), sent_line(kind.retimed, "Second"),
                     done(kind, kind.retimed)};
    });
}

TEST_P(DeployRows, AWaitThatIsGoneDrainsToTheNextSharedOne) {
    all_inside(flows_of("$ send sms Hello wait 36 hours send sms Third"));
    change_to(flows_of("send email Hello wait 36 hours send sms Second"));
    expect_stories("12 00:00", [](const Kind& kind) {
        const std::string after = text_of(at(kind.promised) + Millis{36 * 3'600'000});
        return Lines{sent_line(kind.promised, "Hello"), moved(kind, kind.promised, "s2"),
                     sent_line(after.c_str(), "Second"), done(kind, after.c_str())};
    });
}

TEST_P(DeployRows, AWaitThatIsGoneWithoutAnotherFinishesTheOldWay) {
    all_inside(flows_of("$ send sms Hello"));
    change_to(flows_of("send email Hello send sms Second"));
    expect_stories("08 00:00", [](const Kind& kind) { return old_way(kind); });
}

TEST_P(DeployRows, AChangeSaysWhereTheyGo) {
    all_inside(flows_of("$ @old send sms Hello"));
    change_to(flows_of("wait 9 days send sms Hello wait 8 days @late send sms Second", "",
                       "@old moves to @late"));
    expect_stories("08 00:00", [](const Kind& kind) {
        return Lines{moved(kind, "05 01:00", "late"), sent_line(kind.promised, "Second"),
                     done(kind, kind.promised)};
    });
}

TEST_P(DeployRows, AChangeSaysThatTheyStop) {
    all_inside(flows_of("$ @old send sms Hello"));
    change_to(flows_of("wait 9 days send sms Hello", "", "@old stops"));
    expect_stories("08 00:00", [](const Kind& kind) {
        return Lines{"05 01:00 ended " + std::string(kind.flow) +
                     ": stopped by a change of the flow"};
    });
}

/// Refused while people are there, and nothing has changed for them; let through once they are not.
TEST_P(DeployRows, SeveralCandidatesAreRefusedWhileSomebodyStandsThere) {
    all_inside(flows_of("$ send sms Hello"));
    const Project unclear = project_of(flows_of("% send sms Second &"));
    const api::Reply refused = post_deploy(unclear);
    EXPECT_EQ(refused.status, 409) << refused.body;
    EXPECT_THAT(refused.body, HasSubstr("E420: in `Sleep` the wait `wait 10 hours` (@s1)"));
    EXPECT_THAT(refused.body, HasSubstr("1 person is there"));
    EXPECT_EQ(releases().size(), 1U);
    interrupt(GetParam());
    expect_stories("08 00:00", [](const Kind& kind) { return old_way(kind); });
    const api::Reply taken = post_deploy(unclear, "?tell");
    ASSERT_EQ(taken.status, 200) << taken.body;
    EXPECT_THAT(taken.body, HasSubstr("could now be one of several; nobody stands there"));
    EXPECT_EQ(releases().size(), 2U);
}

/// Started by an operator's hand all the same (an older daemon's data): they finish the old way.
TEST_P(DeployRows, SeveralCandidatesThatWereLetThroughDrain) {
    all_inside(flows_of("$ send sms Hello"));
    daemon_->kill();
    keep(project_of(flows_of("% send sms Second &")), {});
    daemon_->start(directory_);
    expect_stories("08 00:00", [](const Kind& kind) { return old_way(kind); });
}

TEST_P(DeployRows, WhatIsBoundMustStillMeanTheSame) {
    all_inside(flows_of("$ send sms Hello"));
    change_to(
        flows_of("$ if begin.size > 3 { send sms Third } send sms Second", "", "", " as begin"));
    expect_stories("08 00:00", [](const Kind& kind) { return old_way(kind); });
}

TEST_P(DeployRows, AFlowThatIsGoneNeedsAWord) {
    all_inside(flows_of("$ send sms Hello"));
    const Project empty = project_of("flow Other { starts when Bought send sms Third }");
    const api::Reply refused = post_deploy(empty);
    EXPECT_EQ(refused.status, 409);
    EXPECT_THAT(refused.body, HasSubstr("is gone, and 1 person is inside"));
    EXPECT_EQ(releases().size(), 1U);
    ReleaseOptions options;
    options.origin = ReleaseOptions::Origin::deploy;
    options.drain = true;
    deploy(empty, options, "?drain", GetParam());
    interrupt(GetParam());
    enter("late", "Sleep");  // nothing starts any more
    expect_stories("08 00:00", [](const Kind& kind) { return old_way(kind); });
    EXPECT_TRUE(story("late").empty());
}

TEST_P(DeployRows, AFlowThatIsGoneMayEndItsRuns) {
    all_inside(flows_of("$ send sms Hello"));
    ReleaseOptions options;
    options.origin = ReleaseOptions::Origin::deploy;
    options.choices.stop = true;
    deploy(project_of("flow Other { starts when Bought send sms Third }"), options, "?stop",
           GetParam());
    interrupt(GetParam());
    expect_stories("08 00:00", [](const Kind& kind) {
        return Lines{"05 01:00 ended " + std::string(kind.flow) + ": the flow was removed"};
    });
}

TEST_P(DeployRows, AnEditedGoalAppliesToThoseWhoMoved) {
    all_inside(flows_of("$ send sms Hello"));
    change_to(flows_of("$ send sms Second", "goal Bought"));
    for (const Kind& kind : kKinds) {
        track(kind.flow, "Bought");
    }
    expect_stories("08 00:00", [](const Kind& kind) {
        const std::string flow = kind.flow;
        // The best time was 05:00 or 07:00; all others wait past 06:00.
        return Lines{moved(kind, "05 01:00", "s1"), "05 06:00 goal " + flow,
                     "05 06:00 ended " + flow + ": goal"};
    });
}

TEST_P(DeployRows, AnEditedEndAppliesToThoseWhoMoved) {
    all_inside(flows_of("$ send sms Hello"));
    change_to(flows_of("$ send sms Second", "ends when Bought"));
    for (const Kind& kind : kKinds) {
        track(kind.flow, "Bought");
    }
    expect_stories("08 00:00", [](const Kind& kind) {
        return Lines{moved(kind, "05 01:00", "s1"),
                     "05 06:00 ended " + std::string(kind.flow) + ": ends when"};
    });
}

TEST_P(DeployRows, AConditionThatHoldsAlreadyEndsNothingUnasked) {
    all_inside(flows_of("$ send sms Hello"));
    change_to(flows_of("$ send sms Second", "ends when any Begin in the last 30 days"));
    expect_stories("08 00:00", [](const Kind& kind) {
        return Lines{moved(kind, "05 01:00", "s1"), sent_line(kind.promised, "Second"),
                     done(kind, kind.promised)};
    });
}

TEST_P(DeployRows, ASweepEndsThoseForWhomItHolds) {
    all_inside(flows_of("$ send sms Hello"));
    const std::string next =
        flows_of("$ send sms Second", "ends when any Begin in the last 30 days");
    ReleaseOptions options;
    options.origin = ReleaseOptions::Origin::deploy;
    options.choices.sweep = true;
    change_to(next, options, "?sweep");
    expect_stories("08 00:00", [](const Kind& kind) {
        return Lines{moved(kind, "05 01:00", "s1"),
                     "05 01:00 ended " + std::string(kind.flow) + ": ends when"};
    });
}

TEST_P(DeployRows, AnEditedOnlyIfConcernsWhoComesNow) {
    all_inside(flows_of("$ send sms Hello"));
    change_to(flows_of("$ send sms Second", "only if customer.points > 100"));
    enter("late", "Sleep");
    expect_stories("08 00:00", [](const Kind& kind) {
        return Lines{moved(kind, "05 01:00", "s1"), sent_line(kind.promised, "Second"),
                     done(kind, kind.promised)};
    });
    EXPECT_THAT(story("late"), ElementsAre("05 06:00 not entered Sleep: only if"));
}

TEST_P(DeployRows, ARenamedFlowTakesItsPeopleAlong) {
    const std::string old = flows_of("$ send sms Hello");
    all_inside(old);
    std::string next;
    for (const Kind& kind : kKinds) {
        const std::string name = kind.flow;
        next += "flow New " + name + " { starts when Begin where kind is \"" + name + "\" " +
                kind.wait + " send sms Second }\nchange New " + name + " { was named " + name +
                " }\n";
    }
    change_to(next);
    expect_stories("08 00:00", [](const Kind& kind) {
        const std::string name = "New " + std::string(kind.flow);
        return Lines{"05 01:00 migrated " + name + "@s1", sent_line(kind.promised, "Second"),
                     std::string(kind.promised) + " ended " + name + ": completed"};
    });
}

/// Back to what was, with the promises of before.
TEST_P(DeployRows, ARollbackIsADeployOfWhatWas) {
    all_inside(flows_of("$ send sms Hello"));
    change_to(flows_of("% send sms Second"));
    const api::Reply back = daemon_->ask(
        api::post("/v1/releases/1/rollback", "", "Content-Type: application/octet-stream\r\n"));
    ASSERT_EQ(back.status, 200) << back.body;
    EXPECT_EQ(back.body, "{\"release\":3}\n");
    interrupt(GetParam());
    settle();
    expect_stories("08 00:00", [](const Kind& kind) {
        return Lines{moved(kind, "05 01:00", "s1"), moved(kind, "05 06:00", "s1"),
                     sent_line(kind.promised, "Hello"), done(kind, kind.promised)};
    });
    const auto kept = releases();
    ASSERT_EQ(kept.size(), 3U);
    EXPECT_EQ(kept[0].program_hash, kept[2].program_hash);
    EXPECT_EQ(decode_release_options(kept[2].options).origin, ReleaseOptions::Origin::rollback);
}

/// Somebody whom an event wakes is in the new version by then.
TEST_P(DeployRows, AnEventAfterTheDeployTakesTheNewWay) {
    all_inside(flows_of("$ send sms Hello"));
    std::string next;
    for (const Kind& kind : kKinds) {
        const bool branch = std::string_view(kind.flow) == "Branch";
        next +=
            "flow " + std::string(kind.flow) + " { starts when Begin where kind is \"" + kind.flow +
            "\" " +
            (branch ? "wait up to 13 hours { on Viewed where kind is \"yes\" { send sms Second } }"
                    : kind.wait) +
            " send sms Hello }\n";
    }
    change_to(next);
    track("Branch", "Viewed", R"({"kind":"yes"})");
    track("Await", "Viewed", R"({"kind":"no"})");
    settle();
    EXPECT_THAT(story("Branch"),
                ElementsAre("05 01:00 migrated Branch@s1", "05 06:00 sent sms Second",
                            "05 06:00 sent sms Hello", "05 06:00 ended Branch: completed"));
    EXPECT_THAT(sent("Await"), ElementsAre("05 06:00 sent sms Hello"));
    pass_to("08 00:00");
    EXPECT_EQ(sent("Branch").size(), 2U);
    EXPECT_EQ(sent("Await").size(), 1U);
}

}  // namespace
}  // namespace sluice::testing
