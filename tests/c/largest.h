/* largest.h: a client's configuration, and the largest input that one request of each kind takes. All of it is
 * static, so that none of it is on a stack or in memory that is measured. */

#ifndef LARGEST_H
#define LARGEST_H

#include "mpa.h"

#include <stddef.h>
#include <string.h>

static mpa_client client;
static mpa_client_config config;
static mpa_result result;
static uint64_t users[MPA_MAX_PLAYERS_PER_GROUP];
static char connection_string[MPA_MAX_CONNECTION_STRING_LENGTH + 1];
static mpa_server_invite server_invite;
static mpa_recent_player_group groups[MPA_MAX_GROUPS_PER_REQUEST];
static uint64_t queried[MPA_MAX_QUERIED_USERS_PER_REQUEST];
static mpa_activity activity;
static mpa_activity_record records[64];
static mpa_recent_player players[MPA_MAX_RECENT_PLAYERS_PER_REQUEST];
static mpa_user_recent_players of_users[MPA_MAX_USERS_PER_REQUEST];
static mpa_stats stats;
static char page[MPA_STATS_PROMETHEUS_SIZE];

/* `letter`: what the connection string consists of. Recent players are sent at once. */
static inline void prepare_largest(const char *endpoint, const char *authorization_header, const char *ca, char letter)
{
    config = MPA_INIT(mpa_client_config);
    config.title_id = 7;
    config.endpoint = endpoint;
    config.authorization_header = authorization_header;
    config.ca_certificates_path = ca;
    config.recent_players_hold_ms = MPA_NONE;
    result = MPA_INIT(mpa_result);
    for (size_t i = 0; i < sizeof users / sizeof *users; i++) users[i] = UINT64_C(2814630000000000) + i;
    memset(connection_string, letter, sizeof connection_string - 1);
    server_invite = MPA_INIT(mpa_server_invite);
    server_invite.sender = 5;
    server_invite.invited_users = users;
    server_invite.invited_user_count = MPA_MAX_INVITED_USERS_PER_REQUEST;
    server_invite.connection_string = connection_string;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        groups[i] = MPA_INIT(mpa_recent_player_group);
        groups[i].timestamp_unix_ms = UINT64_C(1700000000000);
        groups[i].players = users;
        groups[i].player_count = MPA_MAX_PLAYERS_PER_GROUP;
    }
    for (size_t i = 0; i < sizeof queried / sizeof *queried; i++) queried[i] = UINT64_C(2814630000000000) + i;
    activity = MPA_INIT(mpa_activity);
    activity.connection_string = connection_string;
    activity.group_id = connection_string + sizeof connection_string - 1 - MPA_MAX_GROUP_ID_LENGTH;
    activity.max_players = MPA_MAX_ACTIVITY_PLAYERS;
    activity.current_players = MPA_MAX_ACTIVITY_PLAYERS;
    records[0] = MPA_INIT(mpa_activity_record);
    for (size_t i = 0; i < sizeof players / sizeof *players; i++) {
        players[i] = MPA_INIT(mpa_recent_player);
        players[i].xuid = UINT64_C(2814630000000000) + i;
        players[i].encounter_type = MPA_ENCOUNTER_TEAMMATE;
    }
    for (size_t i = 0; i < sizeof of_users / sizeof *of_users; i++) {
        of_users[i] = MPA_INIT(mpa_user_recent_players);
        of_users[i].xuid = UINT64_C(2814630000000000) + i;
        of_users[i].recent_players = players;
        of_users[i].recent_player_count = MPA_MAX_RECENT_PLAYERS_PER_USER;
    }
    stats = MPA_INIT(mpa_stats);
}

#endif /* LARGEST_H */
