-- The conference profile of the rooms in which callers and people meet, for FusionPBX: it reads profiles from its database each time a
-- room is made. The reasons for the values are in dialplan/conference-parley.xml. Can be run again, and changes nothing that is there:
--   sudo -u postgres psql fusionpbx -f conference-parley.sql
-- 'true' in quotes fits the text columns of FusionPBX 5.4 and the boolean ones of 5.5.
begin;

insert into v_conference_controls (conference_control_uuid, control_name, control_enabled, control_description)
select '0d8b6ad4-6d0a-4b4e-9a35-4b4b1f3f0c20', 'parley', 'true', 'The assistant: keys do nothing to the room'
where not exists (select 1 from v_conference_controls where control_name = 'parley');

insert into v_conference_profiles (conference_profile_uuid, profile_name, profile_enabled, profile_description)
select '0d8b6ad4-6d0a-4b4e-9a35-4b4b1f3f0c21', 'parley', 'true', 'The assistant: callers and people meet'
where not exists (select 1 from v_conference_profiles where profile_name = 'parley');

-- Only for the profile above: one of this name that an administrator has made keeps what it has.
insert into v_conference_profile_params
  (conference_profile_param_uuid, conference_profile_uuid, profile_param_name, profile_param_value, profile_param_enabled)
select param_uuid::uuid, conference_profile_uuid, name, value, 'true'
from v_conference_profiles, (values
  ('0d8b6ad4-6d0a-4b4e-9a35-4b4b1f3f0c22', 'rate', '8000'),
  ('0d8b6ad4-6d0a-4b4e-9a35-4b4b1f3f0c23', 'interval', '20'),
  ('0d8b6ad4-6d0a-4b4e-9a35-4b4b1f3f0c24', 'energy-level', '0'),
  ('0d8b6ad4-6d0a-4b4e-9a35-4b4b1f3f0c25', 'comfort-noise', 'false'),
  ('0d8b6ad4-6d0a-4b4e-9a35-4b4b1f3f0c26', 'caller-controls', 'parley'),
  ('0d8b6ad4-6d0a-4b4e-9a35-4b4b1f3f0c27', 'moderator-controls', 'parley'),
  ('0d8b6ad4-6d0a-4b4e-9a35-4b4b1f3f0c28', 'moh-sound', 'local_stream://default')
) as params (param_uuid, name, value)
where conference_profile_uuid = '0d8b6ad4-6d0a-4b4e-9a35-4b4b1f3f0c21'
  and not exists (
    select 1 from v_conference_profile_params p
    where p.conference_profile_uuid = v_conference_profiles.conference_profile_uuid and p.profile_param_name = name
  );

commit;
